import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { CONFIG, type Config, InvalidInputError, validate } from '../../platform/index.js';
import {
  isSha256,
  OBJECT_STORE,
  type ObjectStore,
  type SignedPart,
  type SignedRequest,
  type StoredObject,
  type UploadPlace,
} from '../../storage/index.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { UploadMissingError } from './errors.js';

/** Uploads of one request at most. */
const MAX_UPLOADS = 1_000;

/** Bytes that one request prepares at most: bounds how many parts its answer names. */
const MAX_PREPARED_BYTES = 2 ** 40;
const PREPARE_AT_ONCE = 16;

/** Objects that one request has read and hashed at a time. */
const ADOPT_AT_ONCE = 4;

/** How an object comes to a repository. */
export interface PreparedUpload extends StoredObject {
  /** The repository has it already; there is nothing to send. */
  readonly isHeld: boolean;
  /** What sends it to the store; absent where there is nothing to send, it goes in parts, or bytes have to pass the service. */
  readonly request?: SignedRequest;
  /** Of a large one, the parts that have not arrived. */
  readonly parts?: readonly SignedPart[];
}

/** Objects that clients send to the object store themselves. */
@Injectable()
export class UploadService {
  private readonly rule;

  constructor(
    private readonly repositories: RepositoryService,
    private readonly rows: RepositoryRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) { CAIRN_MAX_OBJECT_BYTES: maxBytes }: Config,
  ) {
    this.rule = z
      .array(
        z.object({
          sha256: z.string().refine(isSha256, 'must be 64 lower-case hexadecimal digits'),
          sizeBytes: z
            .number()
            .int()
            .min(0, 'must not be negative')
            .max(maxBytes, `must be at most ${maxBytes}, the largest object that is taken here`),
        }),
      )
      .min(1, `must be 1 to ${MAX_UPLOADS} objects`)
      .max(MAX_UPLOADS, `must be 1 to ${MAX_UPLOADS} objects`);
  }

  /**
   * Says how each object is to be sent, 1 TiB of them at most or one; of one that was begun in parts, what of it is missing. Needs `write`.
   * @returns in the order of `objects`
   */
  async prepare(
    caller: Principal,
    name: string,
    objects: readonly StoredObject[],
  ): Promise<PreparedUpload[]> {
    const wanted = this.parse(objects);
    const bytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (wanted.length > 1 && bytes > MAX_PREPARED_BYTES)
      throw new InvalidInputError(
        'objects',
        `must have at most ${MAX_PREPARED_BYTES} bytes together, or be one`,
      );
    const { repository } = await this.repositories.open(caller, name, 'write');
    const held = await this.heldOf(repository, wanted);
    const { direct } = this.objects;
    // Of large ones the store is asked what it has.
    const limit = pLimit(PREPARE_AT_ONCE);
    return Promise.all(
      wanted.map((object) =>
        limit(async () => {
          const isHeld = held.get(object.sha256) === object.sizeBytes;
          if (isHeld || direct === undefined) return { ...object, isHeld };
          const signed = await direct.signUpload(placeOf(repository, object));
          return signed.kind === 'whole'
            ? { ...object, isHeld, request: signed.request }
            : { ...object, isHeld, parts: signed.parts };
        }),
      ),
    );
  }

  /**
   * Takes over what was sent: it is read and hashed, then it can be committed. Finishing twice changes nothing. Needs `write`.
   * @throws {UploadMissingError} the first of those that did not arrive; others may have been taken over
   * @throws {ChecksumMismatchError} other bytes arrived; they are removed
   */
  async finish(caller: Principal, name: string, objects: readonly StoredObject[]): Promise<StoredObject[]> {
    const wanted = this.parse(objects);
    const { repository } = await this.repositories.open(caller, name, 'write');
    const limit = pLimit(ADOPT_AT_ONCE);
    const outcomes = await Promise.allSettled(
      wanted.map((object) => limit(() => this.takeOver(caller, repository, object))),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
    return wanted;
  }

  private async takeOver(caller: Principal, repository: Repository, object: StoredObject): Promise<void> {
    const isAdopted = await this.objects.direct?.adopt(placeOf(repository, object));
    if (isAdopted === true) {
      await this.rows.addObject(repository.id, object.sha256, object.sizeBytes, subjectOf(caller));
    } else if ((await this.heldOf(repository, [object])).get(object.sha256) !== object.sizeBytes) {
      throw new UploadMissingError(repository.name, object.sha256);
    }
  }

  private heldOf(repository: Repository, objects: readonly StoredObject[]): Promise<Map<string, number>> {
    return this.rows.objectSizes(
      repository.id,
      objects.map(({ sha256 }) => sha256),
    );
  }

  private parse(objects: readonly StoredObject[]): StoredObject[] {
    const parsed = validate(this.rule, objects, 'objects');
    const sizes = new Map<string, number>();
    parsed.forEach(({ sha256, sizeBytes }, i) => {
      if ((sizes.get(sha256) ?? sizeBytes) !== sizeBytes)
        throw new InvalidInputError(`objects[${i}].sizeBytes`, `must be one size for the digest ${sha256}`);
      sizes.set(sha256, sizeBytes);
    });
    return parsed;
  }
}

function placeOf(repository: Repository, object: StoredObject): UploadPlace {
  return { recipient: repository.id, object };
}
