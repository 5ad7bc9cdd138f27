import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import type { V1Container, V1Pod } from '@kubernetes/client-node';

/** What every image is pretended to set. */
const IMAGE_ENVIRONMENT = {
  PATH: [path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
};
const MEMORY_LOOK_MS = 50;
const PAGE_BYTES = 4096;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** How a container ended, as a container runtime tells it. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'StartError';
  readonly message?: string;
}

/** Folders of this machine by the name of the volume. */
export type Volumes = Readonly<Record<string, string>>;

/** A process with mounts and process ids of its own, in the place of a container. */
export class Container {
  private readonly child: ChildProcess;
  private wasOutOfMemory = false;
  private wasKilled = false;
  readonly ended: Promise<ContainerEnd>;

  private constructor(
    container: V1Container,
    pod: V1Pod,
    volumes: Volumes,
    imageRoot: string,
    readonly logFile: string,
  ) {
    const environment = environmentOf(container, pod);
    const command = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
      expand(word, environment),
    );
    const log = openSync(logFile, 'a');
    const { runAsUser, runAsGroup } = { ...pod.spec?.securityContext, ...container.securityContext };
    const script = [
      'set -e',
      'mount -t tmpfs tmpfs /mnt',
      `mkdir -p /mnt/image && mount --bind ${quote(imageRoot)} /mnt/image`,
      ...(container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => {
        if (!mountPath.startsWith('/mnt/'))
          throw new RangeError(`${mountPath}: this node mounts below /mnt only`);
        const remount = readOnly ? ` && mount -o remount,bind,ro ${quote(mountPath)}` : '';
        return `mkdir -p ${quote(mountPath)} && mount --bind ${quote(volumes[name]!)} ${quote(mountPath)}${remount}`;
      }),
      `cd ${quote(container.workingDir ?? '/mnt/image')}`,
      `exec setpriv --reuid ${runAsUser ?? 0} --regid ${runAsGroup ?? 0} --clear-groups -- env -i "$@"`,
    ].join('\n');
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    this.child = spawn(
      'unshare',
      [
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        '--',
        'sh',
        '-c',
        script,
        'sh',
        ...variables,
        ...command,
      ],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    const limit = container.resources?.limits?.['memory'];
    const watch =
      limit === undefined ? undefined : setInterval(() => this.watchMemory(bytesOf(limit)), MEMORY_LOOK_MS);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) =>
        resolve({ exitCode: 128, reason: 'StartError', message: error.message }),
      );
      this.child.once('exit', (code, signal) => {
        clearInterval(watch);
        // unshare takes the end of its child for its own, but for SIGKILL, which it tells as 1.
        const exitCode = this.wasKilled ? 137 : (code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 9));
        const reason = this.wasOutOfMemory ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
        const message =
          container.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0
            ? readFileSync(logFile, 'utf8').slice(-2048)
            : undefined;
        resolve({ exitCode, reason, message });
      });
    });
  }

  /** @returns how it could not be started, in the words of containerd, or the container */
  static start(
    container: V1Container,
    pod: V1Pod,
    volumes: Volumes,
    imageRoot: string,
    logFile: string,
  ): Container | ContainerEnd {
    const environment = environmentOf(container, pod);
    const program = expand(container.command?.[0] ?? container.args?.[0] ?? '', environment);
    if (!program.includes('/') && !isOnPath(program, environment['PATH']!)) {
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${program}": executable file not found in $PATH`;
      return { exitCode: 128, reason: 'StartError', message };
    }
    return new Container(container, pod, volumes, imageRoot, logFile);
  }

  /** Sends a signal to process 1 of the container. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.wasKilled ||= signal === 'SIGKILL';
    const pid = this.firstPid();
    if (pid !== undefined) process.kill(pid, signal);
    else if (this.child.exitCode === null) this.child.kill('SIGKILL');
  }

  private firstPid(): number | undefined {
    const file = `/proc/${this.child.pid}/task/${this.child.pid}/children`;
    const first = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ')[0] : '';
    return first === '' || first === undefined ? undefined : Number(first);
  }

  private watchMemory(limit: number): void {
    const first = this.firstPid();
    if (first === undefined || residentBytes(first) <= limit) return;
    this.wasOutOfMemory = true;
    this.signal('SIGKILL');
  }
}

/** Of a process and all below it. */
function residentBytes(pid: number): number {
  try {
    const own = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
    const below = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
    return own + below.reduce((sum, child) => sum + residentBytes(child), 0);
  } catch {
    return 0; // ended meanwhile
  }
}

function environmentOf(container: V1Container, pod: V1Pod): Record<string, string> {
  const environment: Record<string, string> = { ...IMAGE_ENVIRONMENT };
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef?.fieldPath === 'metadata.uid') environment[name] = pod.metadata!.uid!;
    else environment[name] = expand(value ?? '', environment);
  }
  return environment;
}

/** Source: k8s.io/kubernetes/third_party/forked/golang/expansion. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, next: string, name: string | undefined) =>
    next === '$' ? '$' : (environment[name ?? ''] ?? whole),
  );
}

function isOnPath(program: string, searched: string): boolean {
  return searched.split(':').some((folder) => {
    try {
      const file = path.join(folder, program);
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

function bytesOf(quantity: string): number {
  const factors: Record<string, number> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, M: 1e6, G: 1e9 };
  return Number.parseFloat(quantity) * factors[quantity.replace(/^[\d.]+/, '')]!;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
