import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { isMissing, s3Error, statusOf } from '../drivers/s3/s3-errors.js';
import { type KeptDocuments, parseDocumentName } from './kept-documents.js';

/** Where documents are. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
  /** For messages, without credentials. */
  readonly location: string;
}

/** Documents in a bucket, as `PREFIX documents/NAME`, written with the condition that there is none. */
export class S3Documents implements KeptDocuments {
  constructor(
    private readonly client: S3Client,
    private readonly place: S3Place,
  ) {}

  async add(name: string, bytes: Uint8Array): Promise<boolean> {
    try {
      await this.client.send(
        new PutObjectCommand({
          ...this.named(name),
          Body: bytes,
          ContentLength: bytes.length,
          IfNoneMatch: '*',
        }),
      );
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return false;
      throw s3Error(error, 'put', this.place.location);
    }
  }

  async read(name: string): Promise<Buffer | undefined> {
    try {
      const { Body: body } = await this.client.send(new GetObjectCommand(this.named(name)));
      return body === undefined ? undefined : Buffer.from(await body.transformToByteArray());
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw s3Error(error, 'open', this.place.location);
    }
  }

  async *list(folder: string, after?: string): AsyncIterable<string> {
    const { bucket, prefix, location } = this.place;
    const root = `${prefix}documents/`;
    let from = after === undefined ? undefined : root + after;
    for (;;) {
      const page = await this.client
        .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${root}${folder}/`, StartAfter: from }))
        .catch((error: unknown) => {
          throw s3Error(error, 'list', location);
        });
      for (const { Key: key = '' } of page.Contents ?? []) {
        yield key.slice(root.length);
        from = key;
      }
      if (page.IsTruncated !== true) return;
    }
  }

  private named(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: `${this.place.prefix}documents/${parseDocumentName(name)}` };
  }
}
