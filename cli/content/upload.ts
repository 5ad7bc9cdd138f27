import { createReadStream } from 'node:fs';
import pLimit from 'p-limit';
import { ApiError } from '../api/api-error.js';
import type { Client, StoredObject } from '../api/client.js';
import type { Io } from '../io.js';
import { counted, transferAll, type TransferItem } from './transfer.js';

/** The service prepares a thousand in one request, and a tebibyte. */
const BATCH = 500;
const BATCH_BYTES = 2 ** 39;
/** Parts of one file at a time. */
const PARTS_AT_ONCE = 4;
const SIGNED = 'method url headers';

/** A file whose bytes a repository is to hold. */
export interface UploadItem extends TransferItem {
  readonly file: string;
  readonly sha256: string;
}

/** A request to the object store itself. */
interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bytes `[start, end)` of a large file, and what sends them. */
interface SignedPart {
  readonly start: number;
  readonly end: number;
  readonly request: SignedRequest;
}

interface Prepared {
  readonly isHeld: boolean;
  readonly request: SignedRequest | null;
  /** Of a large file, what has not arrived. */
  readonly parts: readonly SignedPart[] | null;
}

/**
 * Brings files to a repository: those that it holds already are left out, and of large ones the parts that arrived, which is how an
 * upload that was cut off goes on; the others go straight to the object store where it can be reached, else by the service.
 * @returns how many had to be sent
 */
export async function uploadAll(
  io: Io,
  client: Client,
  repository: string,
  items: readonly UploadItem[],
): Promise<number> {
  const uploader = new Uploader(io, client, repository);
  const prepared: (readonly [UploadItem, Prepared])[] = [];
  for (const some of batchesOf(items)) {
    const answers = await uploader.prepare(some);
    prepared.push(...some.map((item, i) => [item, answers[i]!] as const));
  }
  const missing = prepared
    .filter(([, { isHeld }]) => !isHeld)
    .map(([item, { request, parts }]) => ({ ...item, request, parts }));
  await transferAll(io, missing, ({ request, parts, ...item }, onBytes) =>
    uploader.send(item, parts ?? (request && [wholeOf(item, request)]), onBytes),
  );
  return missing.length;
}

function* batchesOf(items: readonly UploadItem[]): Generator<readonly UploadItem[]> {
  let batch: UploadItem[] = [];
  let bytes = 0;
  for (const item of items) {
    if (batch.length === BATCH || (batch.length > 0 && bytes + item.sizeBytes > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(item);
    bytes += item.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

class Uploader {
  private isStoreOutOfReach = false;

  constructor(
    private readonly io: Io,
    private readonly client: Client,
    private readonly repository: string,
  ) {}

  async prepare(items: readonly UploadItem[]): Promise<readonly Prepared[]> {
    const { prepareUploads } = await this.client.ask<{ prepareUploads: readonly Prepared[] }>(
      `mutation Prepare($repository: String!, $objects: [UploadObjectInput!]!) {
         prepareUploads(repository: $repository, objects: $objects) { isHeld request { ${SIGNED} } parts { start end request { ${SIGNED} } } }
       }`,
      { repository: this.repository, objects: items.map(objectOf) },
    );
    return prepareUploads;
  }

  async send(
    item: UploadItem,
    parts: readonly SignedPart[] | null,
    onBytes: (count: number) => void,
  ): Promise<void> {
    if (parts === null || this.isStoreOutOfReach || !(await this.sendParts(item, parts, onBytes))) {
      const bytes = counted(createReadStream(item.file), onBytes);
      await this.client.upload(this.repository, bytes, item.sha256);
      return;
    }
    await this.client.ask(
      `mutation Finish($repository: String!, $objects: [UploadObjectInput!]!) {
         finishUploads(repository: $repository, objects: $objects) { sha256 }
       }`,
      { repository: this.repository, objects: [objectOf(item)] },
    );
  }

  /** @returns false when the store cannot be reached from here */
  private async sendParts(
    item: UploadItem,
    parts: readonly SignedPart[],
    onBytes: (count: number) => void,
  ): Promise<boolean> {
    onBytes(item.sizeBytes - parts.reduce((sum, { start, end }) => sum + end - start, 0));
    const limit = pLimit(PARTS_AT_ONCE);
    const sent = await Promise.all(parts.map((part) => limit(() => this.sendStraight(item, part, onBytes))));
    return sent.every(Boolean);
  }

  /** @returns false when the store cannot be reached from here */
  private async sendStraight(
    item: UploadItem,
    { start, end, request }: SignedPart,
    onBytes: (count: number) => void,
    isLastTry = false,
  ): Promise<boolean> {
    let response: Response;
    try {
      response = await fetch(request.url, {
        method: request.method,
        headers: { ...request.headers, 'content-length': String(end - start) },
        body: start === end ? '' : counted(createReadStream(item.file, { start, end: end - 1 }), onBytes),
        duplex: 'half',
      } as unknown as RequestInit);
    } catch {
      this.noteOutOfReach(new URL(request.url).host);
      return false;
    }
    const text = await response.text();
    if (response.ok) return true;
    // The request may have waited for longer than it was good for.
    const [again] = isLastTry || response.status !== 403 ? [] : await this.prepare([item]);
    const same = again?.request
      ? wholeOf(item, again.request)
      : again?.parts?.find((part) => part.start === start);
    if (same !== undefined) return this.sendStraight(item, same, onBytes, true);
    const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? `HTTP ${response.status}`;
    throw new ApiError(`${item.name}: the object store refused it: ${code}. Try again.`, 'UNAVAILABLE');
  }

  private noteOutOfReach(host: string): void {
    if (this.isStoreOutOfReach) return;
    this.isStoreOutOfReach = true;
    this.io.stderr.write(
      `The object store at ${host} cannot be reached from here; bytes go by the service.\n`,
    );
  }
}

const wholeOf = ({ sizeBytes }: UploadItem, request: SignedRequest): SignedPart => ({
  ...{ start: 0, end: sizeBytes, request },
});

function objectOf({ sha256, sizeBytes }: UploadItem): StoredObject {
  return { sha256, sizeBytes };
}
