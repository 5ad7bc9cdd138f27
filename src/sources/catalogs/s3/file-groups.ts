import { createHash } from 'node:crypto';
import { formatOf, type ProfileFormat } from '../../../catalog/index.js';

/** An object as a listing tells of it. */
export interface ListedFile {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedAt: Date;
}

/** Files that are one table: those of one format in one folder, its Hive partitions (`year=2026/…`) included. */
export interface FileGroup {
  /** The folder without its last slash; the file's own key where it stands alone in the root. */
  readonly name: string;
  readonly format: ProfileFormat;
  readonly partitions: readonly string[];
  /** The one that was written last, by which the columns are told. */
  readonly newest: ListedFile;
  readonly files: number;
  readonly sizeBytes: number;
  /** Of names, sizes and entity tags, whatever their order. */
  readonly contentVersion: string;
}

interface Growing {
  newest: ListedFile;
  files: number;
  sizeBytes: number;
  digest: bigint;
  partitions: Set<string>;
}

const PARTITION = /^([^=/]+)=[^/]*$/;

/** Gathers a listing into tables, in bounded memory for each file. */
export class FileGroups {
  private readonly groups = new Map<string, Growing>();

  /** @param root what keys start with: empty, or ending in `/` */
  constructor(private readonly root: string) {}

  /** Takes a file; hidden ones (`_SUCCESS`, `.crc`) and those of other formats are left out. */
  add(file: ListedFile): void {
    const path = file.key.slice(this.root.length);
    const segments = path.split('/');
    if (segments.some((segment) => segment.startsWith('_') || segment.startsWith('.'))) return;
    const format = formatOf({ path });
    if (format === undefined || format === 'onnx' || file.sizeBytes === 0) return;
    const folders = segments.slice(0, -1);
    const at = folders.findIndex((segment) => PARTITION.test(segment));
    const partitions = at === -1 ? [] : folders.slice(at);
    const folder = (at === -1 ? folders : folders.slice(0, at)).join('/');
    const key = `${format}\u0000${folder === '' && partitions.length === 0 ? path : folder}`;
    const group = this.groups.get(key);
    const digest = digestOf(file);
    const names = partitions.flatMap((segment) => PARTITION.exec(segment)?.[1] ?? []);
    if (group === undefined) {
      const { sizeBytes } = file;
      this.groups.set(key, { newest: file, files: 1, sizeBytes, digest, partitions: new Set(names) });
      return;
    }
    group.files += 1;
    group.sizeBytes += file.sizeBytes;
    // A sum does not depend on the order of the listing.
    group.digest = BigInt.asUintN(128, group.digest + digest);
    for (const name of names) group.partitions.add(name);
    const isNewer =
      file.modifiedAt > group.newest.modifiedAt ||
      (file.modifiedAt.getTime() === group.newest.modifiedAt.getTime() && file.key > group.newest.key);
    if (isNewer) group.newest = file;
  }

  get size(): number {
    return this.groups.size;
  }

  /** Ordered by name. Where several formats share a folder, the name ends in the format. */
  all(): FileGroup[] {
    const formatsOf = new Map<string, number>();
    const split = (key: string) => key.split('\u0000') as [ProfileFormat, string];
    for (const key of this.groups.keys()) {
      const [, name] = split(key);
      formatsOf.set(name, (formatsOf.get(name) ?? 0) + 1);
    }
    return [...this.groups]
      .map(([key, { digest, partitions, ...group }]): FileGroup => {
        const [format, name] = split(key);
        const full = `${this.root}${name}`.replace(/\/$/, '');
        return {
          ...group,
          ...{ name: formatsOf.get(name) === 1 ? full : `${full}#${format}`, format },
          ...{ partitions: [...partitions], contentVersion: digest.toString(16).padStart(32, '0') },
        };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function digestOf({ key, sizeBytes, etag }: ListedFile): bigint {
  const hash = createHash('sha256')
    .update(JSON.stringify([key, sizeBytes, etag]))
    .digest('hex');
  return BigInt(`0x${hash.slice(0, 32)}`);
}
