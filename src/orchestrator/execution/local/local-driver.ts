import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, createReadStream, existsSync, openSync, readFileSync } from 'node:fs';
import {
  chown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InvalidInputError } from '../../../platform/errors/index.js';
import { ExecutionNotStartedError, OutputRefusedError } from '../errors.js';
import type {
  Demands,
  ExecutionDriver,
  ExecutionExit,
  ExecutionSpec,
  Mount,
  Observation,
  OutputFile,
  SettledDemands,
} from '../execution-driver.js';
import { identityOf } from './process-identity.js';
import { layOut, removeTree } from './run-folder.js';
import { chooseUser } from './run-user.js';

const SHIM = fileURLToPath(new URL('./shim.js', import.meta.url));
const MAX_LOG_BYTES = 10 * 1024 ** 2;
const MAX_TAIL_BYTES = 1024 ** 2;
/** Left for the database and the objects, which may lie on the same disk. */
const RESERVED_BYTES = 512 * 1024 ** 2;
const START_TIMEOUT_MS = 10_000;
const POLL_MS = 10;
/** An id becomes a folder's name. */
const ID = /^[0-9a-f-]{36}$/;

/** Who runs an execution: the shim's process, told from a later one of the same pid. */
interface Claim {
  readonly pid: number;
  readonly identity: string;
}

/**
 * Runs commands as child processes of this machine, each under a shim that outlives this process.
 *
 * A command gets a folder of its own: `inputs/` (read-only), `code/` (its working directory), `outputs/`, `home/`, and beside
 * them `node_modules`, a link to this installation's packages, so that Node scripts find them: what an image is elsewhere.
 * It gets a fresh environment, a timeout and a bounded log. That keeps honest programs apart. It does not hold back a hostile
 * one: it runs on this machine, as the service's own user, or as `nobody` when the service is root.
 */
export class LocalDriver implements ExecutionDriver {
  readonly capacity = availableParallelism();
  readonly longestWaitMs = 0;
  private readonly environmentId: string;
  private readonly modules = nearestModules(path.dirname(SHIM));
  private readonly user: { readonly uid: number; readonly gid: number } | undefined;

  /** @param root folder of all executions; made when absent */
  constructor(private readonly root: string) {
    this.user = chooseUser([root, process.execPath, this.modules]);
    const lock = path.join(this.modules, '.package-lock.json');
    const packages = existsSync(lock)
      ? createHash('sha256').update(readFileSync(lock)).digest('hex')
      : 'none';
    this.environmentId = `local node ${process.version} ${process.platform}-${process.arch} packages ${packages.slice(0, 16)}`;
  }

  settle({ image, resources }: Demands): SettledDemands {
    const rule = 'cannot be chosen where runs are child processes of the service (EXECUTION_DRIVER is local)';
    if (image !== undefined) throw new InvalidInputError('input.image', rule);
    if (resources !== undefined && Object.keys(resources).length > 0)
      throw new InvalidInputError('input.resources', rule);
    return { resources: {}, environmentId: this.environmentId };
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.root);
    return Math.max(0, bavail * bsize - RESERVED_BYTES);
  }

  async prepare(id: string, mounts: readonly Mount[]): Promise<void> {
    const folder = this.folder(id);
    if (await this.claim(id)) return;
    await removeTree(folder);
    await mkdir(folder, { recursive: true });
    await symlink(this.modules, path.join(folder, 'node_modules'));
    for (const name of ['inputs', 'code', 'outputs', 'home']) await mkdir(path.join(folder, name));
    await layOut(folder, mounts, this.user);
    for (const name of ['outputs', 'home']) await this.give(path.join(folder, name));
  }

  async start(spec: ExecutionSpec): Promise<void> {
    const folder = this.folder(spec.id);
    if (await this.claim(spec.id)) return;
    const words = {
      ...spec,
      environment: this.environment(spec, folder),
      maxLogBytes: MAX_LOG_BYTES,
      ...this.user,
    };
    const specFile = path.join(folder, `spec.${randomUUID()}.json`);
    await writeFile(specFile, JSON.stringify(words), { mode: 0o600 });
    const complaints = openSync(path.join(folder, 'shim.log'), 'a');
    const shim = spawn(process.execPath, [SHIM, folder, specFile], {
      ...{ cwd: folder, env: {}, detached: true },
      stdio: ['ignore', 'ignore', complaints],
    });
    closeSync(complaints);
    shim.unref();
    const failed = new Promise<never>((_, reject) => {
      shim.on('error', (error) => reject(new ExecutionNotStartedError(spec.id, error.message)));
    });
    await Promise.race([failed, this.claimed(spec.id, () => shim.exitCode !== null)]);
  }

  async observe(id: string): Promise<Observation> {
    const claim = await this.claim(id);
    if (!claim) return { kind: 'absent' };
    const isAlive = identityOf(claim.pid) === claim.identity;
    // Asked after the process, so that an exit written in between is seen.
    const exit = await this.readJson<ExecutionExit>(id, 'exit.json');
    if (exit) return { kind: 'exited', exit };
    if (isAlive) return { kind: 'running' };
    endGroup(claim);
    return { kind: 'gone' };
  }

  async stop(id: string): Promise<void> {
    const claim = await this.claim(id);
    if (!claim || identityOf(claim.pid) !== claim.identity) return;
    process.kill(claim.pid, 'SIGTERM');
  }

  async log(id: string, tailLines: number): Promise<string> {
    const file = await open(path.join(this.folder(id), 'log')).catch(() => undefined);
    if (!file) return '';
    try {
      const { size } = await file.stat();
      const length = Math.min(size, MAX_TAIL_BYTES);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const text = buffer.toString('utf8');
      const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
      return lines.slice(-tailLines).join('\n');
    } finally {
      await file.close();
    }
  }

  async *outputs(id: string): AsyncIterable<OutputFile> {
    yield* regularFiles(path.join(this.folder(id), 'outputs'), '');
  }

  async discard(id: string): Promise<void> {
    const folder = this.folder(id);
    for (const name of ['inputs', 'code', 'outputs', 'home']) await removeTree(path.join(folder, name));
    const left = (await readdir(folder).catch(() => [])).filter(
      (name) => name === 'node_modules' || name.startsWith('spec.'),
    );
    for (const name of left) await rm(path.join(folder, name), { force: true });
  }

  async forget(id: string): Promise<void> {
    await removeTree(this.folder(id));
  }

  private environment(spec: ExecutionSpec, folder: string): Record<string, string> {
    return {
      ...spec.environment,
      PATH: [path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      HOME: path.join(folder, 'home'),
      CAIRN_INPUTS: path.join(folder, 'inputs'),
      CAIRN_OUTPUTS: path.join(folder, 'outputs'),
    };
  }

  private async claimed(id: string, hasExited: () => boolean): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const isOver = hasExited() || Date.now() > deadline;
      if (await this.claim(id)) return;
      if (isOver)
        throw new ExecutionNotStartedError(id, `the shim did not come up; see ${this.folder(id)}/shim.log`);
      await pause(POLL_MS);
    }
  }

  private claim(id: string): Promise<Claim | undefined> {
    return this.readJson<Claim>(id, 'shim.json');
  }

  private async readJson<T>(id: string, name: string): Promise<T | undefined> {
    const text = await readFile(path.join(this.folder(id), name), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      },
    );
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  private async give(folder: string): Promise<void> {
    if (this.user) await chown(folder, this.user.uid, this.user.gid);
  }

  private folder(id: string): string {
    if (!ID.test(id)) throw new ExecutionNotStartedError(id, 'an execution is named by a UUID');
    return path.join(this.root, id);
  }
}

/** Ends what is left of a shim's process group. A pid that is a group's is not given out again, so no stranger is hit. */
function endGroup(claim: Claim): void {
  const now = identityOf(claim.pid);
  if (now !== undefined && now !== claim.identity) return;
  try {
    process.kill(-claim.pid, 'SIGKILL');
  } catch {
    // none left
  }
}

async function* regularFiles(folder: string, prefix: string): AsyncGenerator<OutputFile> {
  const names = (await readdir(folder)).sort();
  for (const name of names) {
    const relative = prefix + name;
    const absolute = path.join(folder, name);
    const stats = await lstat(absolute);
    if (stats.isDirectory()) yield* regularFiles(absolute, `${relative}/`);
    else if (!stats.isFile())
      throw new OutputRefusedError(relative, 'must be a regular file, not a link or a device');
    else {
      // A link put in its place since then is refused by the kernel.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
      yield {
        path: relative,
        sizeBytes: stats.size,
        open: () => createReadStream(absolute, { flags: flags as never }),
      };
    }
  }
}

function nearestModules(from: string): string {
  for (let at = from; ; at = path.dirname(at)) {
    const modules = path.join(at, 'node_modules');
    if (existsSync(modules) || at === path.dirname(at)) return modules;
  }
}
