import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import {
  CONFIG,
  type Config,
  Database,
  InvalidInputError,
  NotFoundError,
  validate,
} from '../../../../platform/index.js';
import {
  isSha256,
  OBJECT_STORE,
  type ObjectBody,
  type ObjectStore,
  parseSha256,
  type StoredObject,
} from '../../../../storage/index.js';
import { problemOfPath } from '../../file-paths.js';
import { type Execution, ExecutionRepository, type StagedFile } from '../execution.repository.js';
import { stagedBytes } from '../metrics.js';
import { OtherPodStagesError, OutputsClosedError, StagingRefusedError } from './errors.js';

const PAGE = 1_000;
/** As many as one commit may change, and the metrics. */
const MAX_OUTPUTS = 10_001;
const ID = z.uuid();
const POSITION = z.int().min(1, 'must be a position of the list of files');
const AFTER = z.int().min(0, 'must be a position of the list of files, or 0');
const PATH = z.string().superRefine((path, context) => {
  const problem = problemOfPath(path);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});
const FILE = z.strictObject({
  path: PATH,
  sha256: z.string().refine(isSha256, 'must be a SHA-256 in lower-case hex'),
});
const CLOSING = z.union(
  [
    z.strictObject({ files: z.array(FILE).max(MAX_OUTPUTS, `must have at most ${MAX_OUTPUTS} files`) }),
    z.strictObject({
      refused: z.strictObject({ path: z.string().max(4_000), reason: z.string().min(1).max(1_000) }),
    }),
  ],
  { error: 'must be { files: [{ path, sha256 }] } or { refused: { path, reason } }' },
);

/** Who stages: the credential of an execution, and the pod that shows it. */
export interface Ticket {
  readonly id: string;
  readonly secret: string | undefined;
  readonly podUid: string | undefined;
}

/** A page of what is to be laid out. */
export interface StagingPage {
  readonly mounts: readonly string[];
  readonly files: readonly StagedFile[];
  /** Absent on the last page. */
  readonly next?: number;
}

/**
 * How files pass between this service and the pod of an execution. A credential counts for its own execution, from the start of its Job
 * until its end was seen, and for the first pod that shows it. Every step may be made again; outputs that are complete stay.
 */
@Injectable()
export class StagingService {
  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param after the position of the last file that is known already */
  async files(ticket: Ticket, after: number): Promise<StagingPage> {
    const { id, mounts } = await this.admit(ticket);
    const files = await this.executions.files(id, validate(AFTER, after, 'after'), PAGE);
    return { mounts, files, ...(files.length === PAGE && { next: files.at(-1)!.position }) };
  }

  /** @param isDirect whether an address at the object store will do, where there is one */
  async file(
    ticket: Ticket,
    position: number,
    isDirect: boolean,
  ): Promise<{ readonly url: string } | { readonly sizeBytes: number; readonly stream: Readable }> {
    const { id } = await this.admit(ticket);
    const file = await this.executions.file(id, validate(POSITION, position, 'position'));
    if (file === undefined) throw new NotFoundError('File', String(position));
    const sha256 = parseSha256(file.sha256, 'sha256');
    if (isDirect && this.objects.direct) return { url: (await this.objects.direct.signDownload(sha256)).url };
    const stream = await this.objects.open(sha256);
    stagedBytes.inc({ direction: 'in' }, file.sizeBytes);
    return { sizeBytes: file.sizeBytes, stream };
  }

  /** Takes a file that the command left. Sending one again replaces it. */
  async takeOutput(ticket: Ticket, givenPath: string, body: ObjectBody): Promise<StoredObject> {
    const execution = await this.admit(ticket);
    const path = validate(PATH, givenPath, 'path');
    if (execution.outputs !== 'open') throw new OutputsClosedError(execution.id);
    if ((await this.executions.countOutputsBeside(execution.id, path)) >= MAX_OUTPUTS)
      throw new InvalidInputError('outputs', `must have at most ${MAX_OUTPUTS} files`);
    const object = await this.objects.put(body, { maxBytes: this.config.CAIRN_MAX_OBJECT_BYTES });
    if (!(await this.executions.addOutput(execution.id, { path, ...object })))
      throw new OutputsClosedError(execution.id);
    stagedBytes.inc({ direction: 'out' }, object.sizeBytes);
    return object;
  }

  /** Ends the taking of outputs: they are complete, as listed, or cannot be taken. The same again succeeds. */
  async close(ticket: Ticket, given: unknown): Promise<void> {
    const { id } = await this.admit(ticket);
    const closing = validate(CLOSING, given);
    await this.database.run(async () => {
      const execution = await this.executions.lock(id);
      if (!isUnderWay(execution)) throw new StagingRefusedError();
      if ('refused' in closing) {
        if (execution.outputs === 'sealed') throw new OutputsClosedError(id);
        return this.executions.refuse(id, closing.refused);
      }
      if (execution.outputs === 'refused') throw new OutputsClosedError(id);
      const there = new Map((await this.executions.outputs(id)).map(({ path, sha256 }) => [path, sha256]));
      const missing = closing.files.find(({ path, sha256 }) => there.get(path) !== sha256);
      if (execution.outputs === 'sealed') {
        if (missing !== undefined || there.size !== closing.files.length) throw new OutputsClosedError(id);
        return;
      }
      if (missing !== undefined)
        throw new InvalidInputError('files', `"${missing.path}" did not arrive as it is listed`);
      await this.executions.seal(
        id,
        closing.files.map(({ path }) => path),
      );
    });
  }

  /** @throws {StagingRefusedError} @throws {OtherPodStagesError} */
  private async admit({ id, secret, podUid }: Ticket): Promise<Execution> {
    if (secret === undefined || !ID.safeParse(id).success) throw new StagingRefusedError();
    const execution = await this.executions.find(id);
    const sha256 = createHash('sha256').update(secret).digest('hex');
    if (!isUnderWay(execution) || !execution.tokens.includes(sha256)) throw new StagingRefusedError();
    const pod = validate(ID, podUid, 'x-cairn-pod');
    if (execution.podUid !== pod && !(await this.executions.admit(id, pod)))
      throw new OtherPodStagesError(id);
    return execution;
  }
}

function isUnderWay(execution: Execution | undefined): execution is Execution {
  return (
    execution !== undefined &&
    execution.jobUid !== null &&
    execution.ending === null &&
    execution.kept === 'all'
  );
}
