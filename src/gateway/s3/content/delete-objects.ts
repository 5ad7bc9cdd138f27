import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { parsePathOrFolder, type Ref, type StagingCondition } from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { LOGGER, type Logger } from '../../../platform/index.js';
import { type Payload, readPayload } from '../body/payload.js';
import { S3Error } from '../protocol/s3-error.js';
import { s3ErrorOf } from '../protocol/s3-error-of.js';
import type { S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { allOf, readXml } from '../protocol/xml.js';
import { digestIn } from './etag.js';
import { Locations, type Target } from './locations.js';
import { ObjectWrites } from './object-writes.js';

const MAX_KEYS = 1_000;
const OBJECT = z.object({
  Key: z.string().min(1),
  VersionId: z.literal('null').optional(),
  ETag: z.string().max(200).optional(),
  LastModifiedTime: z.unknown().optional(),
  Size: z.unknown().optional(),
});
const DELETE = z.object({
  Quiet: z.string().optional(),
  Object: z
    .preprocess(allOf, z.array(OBJECT))
    .refine((objects) => objects.length >= 1 && objects.length <= MAX_KEYS),
});

/** A key whose fate is to be told. */
interface Outcome {
  readonly key: string;
  /** What has to be there for it to be deleted: the digest that its ETag names, or `*`. */
  readonly ifMatch?: string;
  error?: S3Error;
}

/** Keys of one branch. */
interface Group {
  readonly target: Target;
  readonly outcomes: { readonly path: string; readonly outcome: Outcome }[];
}

/** DeleteObjects: what is deleted of one branch is deleted together. */
@Injectable()
export class DeleteObjects {
  constructor(
    private readonly locations: Locations,
    private readonly writes: ObjectWrites,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async delete(caller: Principal, request: S3Request, payload: Payload): Promise<S3Response> {
    const parsed = DELETE.safeParse(readXml(await readPayload(payload), 'Delete'));
    if (!parsed.success)
      throw new S3Error('MalformedXML', `A <Delete> has 1 to ${MAX_KEYS} <Object>s, each with a <Key>.`);
    const outcomes = outcomesOf(parsed.data.Object);
    for (const group of (await this.groupByBranch(caller, request.bucket!, outcomes)).values())
      await this.deleteGroup(caller, group);
    const isQuiet = parsed.data.Quiet === 'true';
    return {
      status: 200,
      xml: {
        root: 'DeleteResult',
        content: {
          Deleted: isQuiet ? [] : outcomes.filter(({ error }) => !error).map(({ key }) => ({ Key: key })),
          Error: outcomes.flatMap(({ key, error }) =>
            error ? [{ Key: key, Code: error.code, Message: error.message }] : [],
          ),
        },
      },
    };
  }

  private async groupByBranch(
    caller: Principal,
    bucket: string,
    outcomes: readonly Outcome[],
  ): Promise<Map<string, Group>> {
    const groups = new Map<string, Group>();
    const open = await this.locations.openForWrite(caller, bucket);
    const known = new Map<string, Ref | undefined>();
    for (const outcome of outcomes) {
      try {
        const target = await this.locations.targetIn(open, outcome.key, known);
        if (target.path === '') continue;
        parsePathOrFolder(target.path, 'Key');
        const group = groups.get(target.branch) ?? { target, outcomes: [] };
        group.outcomes.push({ path: target.path, outcome });
        groups.set(target.branch, group);
      } catch (error) {
        outcome.error = this.told(caller, error);
      }
    }
    return groups;
  }

  private async deleteGroup(caller: Principal, { target, outcomes }: Group): Promise<void> {
    const together = outcomes.filter(({ outcome }) => outcome.ifMatch === undefined);
    await this.deleteAll(caller, target, together);
    for (const one of outcomes)
      if (one.outcome.ifMatch !== undefined)
        await this.deleteAll(caller, target, [one], { path: one.path, ifMatch: one.outcome.ifMatch });
  }

  private async deleteAll(
    caller: Principal,
    target: Target,
    outcomes: Group['outcomes'],
    condition?: StagingCondition,
  ): Promise<void> {
    const paths = outcomes.map(({ path }) => path);
    try {
      await this.writes.deletePaths(caller, target, paths, condition);
    } catch (error) {
      const told = this.told(caller, error);
      for (const { outcome } of outcomes) outcome.error = told;
    }
  }

  private told(caller: Principal, error: unknown): S3Error {
    const told = s3ErrorOf(error);
    if (told.status >= 500)
      this.log.error({ err: error, subject: subjectOf(caller) }, 's3: keys could not be deleted');
    return told;
  }
}

/** Each key once, or once for each condition. @throws {S3Error} NotImplemented for conditions of directory buckets */
function outcomesOf(objects: readonly z.infer<typeof OBJECT>[]): Outcome[] {
  const outcomes = new Map<string, Outcome>();
  for (const { Key, ETag, LastModifiedTime, Size } of objects) {
    if (LastModifiedTime !== undefined || Size !== undefined)
      throw new S3Error('NotImplemented', 'Deleting on a condition needs the ETag of what is to be deleted.');
    const ifMatch = ETag === undefined ? undefined : digestIn(ETag);
    outcomes.set(`${Key}\0${ifMatch ?? ''}`, { key: Key, ...(ifMatch !== undefined && { ifMatch }) });
  }
  return [...outcomes.values()];
}
