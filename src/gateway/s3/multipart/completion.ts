import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../identity/index.js';
import { CONFIG, type Config } from '../../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type StoredObject } from '../../../storage/index.js';
import { type Checksum, newChecksum } from '../body/checksum.js';
import { type Payload, readPayload } from '../body/payload.js';
import { etagOf } from '../content/etag.js';
import { conditionOf, ObjectWrites } from '../content/object-writes.js';
import { S3Error } from '../protocol/s3-error.js';
import type { S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { readXml } from '../protocol/xml.js';
import { MultipartUploads, type OpenUpload } from './multipart-uploads.js';
import { chooseParts, type ListedPart, MAX_PARTS, parsePartList } from './part-list.js';
import { type UploadedPart, UploadRepository } from './upload.repository.js';
import { isOfParts, wholeChecksum, type WholeChecksum } from './whole-checksum.js';

const RENEW_MS = 20_000;
const LOOK_MS = 300;

/**
 * CompleteMultipartUpload: the parts become one object of its own digest. One of those who ask at the same time does it, the others,
 * and those who ask again, are told what it became.
 */
@Injectable()
export class Completion {
  constructor(
    private readonly multipart: MultipartUploads,
    private readonly writes: ObjectWrites,
    private readonly uploads: UploadRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async complete(caller: Principal, request: S3Request, payload: Payload): Promise<S3Response> {
    const open = await this.multipart.open(caller, request);
    const listed = parsePartList(readXml(await readPayload(payload), 'CompleteMultipartUpload'));
    return { status: 200, slowly: this.answer(caller, request, open, listed) };
  }

  private async answer(
    caller: Principal,
    request: S3Request,
    open: OpenUpload,
    listed: readonly ListedPart[],
  ): Promise<{ root: string; content: Record<string, string> }> {
    const { sha256 } = await this.once(open, () => this.join(caller, request, open, listed));
    const { bucket = '', key = '' } = request;
    const location = `/${bucket}/${key}`;
    return {
      root: 'CompleteMultipartUploadResult',
      content: { Location: location, Bucket: bucket, Key: key, ETag: etagOf(sha256) },
    };
  }

  /** Does the work unless it is done; waits while another does it. */
  private async once(
    { upload, target: { repository } }: OpenUpload,
    work: () => Promise<StoredObject>,
  ): Promise<StoredObject> {
    const claim = randomUUID();
    while (!(await this.uploads.claim(upload.id, claim))) {
      const now = await this.uploads.find(repository.id, upload.id);
      if (now === undefined) throw new S3Error('NoSuchUpload');
      if (now.result !== null) return now.result;
      await pause(LOOK_MS);
    }
    // A claim that cannot be renewed lets another try; both would come to the same object.
    const timer = setInterval(
      () => void this.uploads.claim(upload.id, claim).catch(() => undefined),
      RENEW_MS,
    );
    try {
      const result = await work();
      await this.uploads.complete(upload.id, result);
      return result;
    } catch (error) {
      await this.uploads.unclaim(upload.id, claim).catch(() => undefined);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  private async join(
    caller: Principal,
    request: S3Request,
    { target, upload }: OpenUpload,
    listed: readonly ListedPart[],
  ): Promise<StoredObject> {
    const condition = conditionOf(request, target.path);
    const parts = chooseParts(listed, await this.uploads.parts(upload.id, 0, MAX_PARTS));
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    this.assertSize(request, sizeBytes);
    const announced = wholeChecksum(request.headers);
    const whole = announced && (await isOfParts(announced, upload.checksum, parts)) ? undefined : announced;
    const [first] = parts;
    const object =
      parts.length === 1 && whole === undefined
        ? { sha256: first!.sha256, sizeBytes }
        : await this.objects.put(this.bytesOf(parts, whole), { sizeBytes });
    const metadata = { contentType: upload.contentType ?? undefined, metadata: upload.metadata };
    await this.writes.stage(caller, target, object, metadata, condition);
    return object;
  }

  /** All bytes, each part verified. */
  private async *bytesOf(
    parts: readonly UploadedPart[],
    whole: WholeChecksum | undefined,
  ): AsyncGenerator<Uint8Array> {
    const checksum: Checksum | undefined = whole && newChecksum(whole.algorithm);
    for (const { sha256 } of parts) {
      for await (const chunk of await this.objects.open(sha256)) {
        checksum?.update(chunk as Uint8Array);
        yield chunk as Uint8Array;
      }
    }
    if ((await checksum?.digest()) !== whole?.expected) throw new S3Error('BadDigest');
  }

  private assertSize({ headers }: S3Request, sizeBytes: number): void {
    const maxBytes = this.config.CAIRN_MAX_OBJECT_BYTES;
    if (sizeBytes > maxBytes)
      throw new S3Error('EntityTooLarge', undefined, { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes });
    const expected = headers['x-amz-mp-object-size'];
    if (expected !== undefined && expected !== String(sizeBytes))
      throw new S3Error('InvalidRequest', `x-amz-mp-object-size is not the ${sizeBytes} bytes of the parts.`);
  }
}
