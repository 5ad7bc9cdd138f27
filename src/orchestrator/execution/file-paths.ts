import { MountRefusedError } from './errors.js';

const MAX_SEGMENT_BYTES = 255;
const MAX_PATH_BYTES = 4_000;
const SEGMENT = /^[^/\0]+$/;

/** Why a relative path cannot be that of a file below a folder; `undefined` when it can. */
export function problemOfPath(path: string): string | undefined {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `its path has more than ${MAX_PATH_BYTES} bytes`;
  const segments = path.split('/');
  if (!segments.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..'))
    return 'its path is not safe';
  if (segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES))
    return `a name in its path has more than ${MAX_SEGMENT_BYTES} bytes`;
  return undefined;
}

/** Sees the paths of one mount go by, and refuses those that no file system could hold beside the earlier ones. */
export class PathCheck {
  private readonly files = new Set<string>();
  private readonly folders = new Set<string>();

  constructor(private readonly mount: string) {}

  /** @throws {MountRefusedError} */
  pass(path: string): void {
    const problem = problemOfPath(path) ?? this.clash(path);
    if (problem !== undefined) throw new MountRefusedError(this.mount, path, problem);
    this.files.add(path);
  }

  private clash(path: string): string | undefined {
    if (this.files.has(path)) return 'it is there twice';
    if (this.folders.has(path)) return 'it is a folder as well';
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at);
      if (this.files.has(folder)) return `${folder} is a file as well`;
      this.folders.add(folder);
    }
    return undefined;
  }
}
