import { createReadStream } from 'node:fs';
import { ApiError } from '../api/api-error.js';
import type { Client, StoredObject } from '../api/client.js';
import type { Io } from '../io.js';
import { counted, transferAll, type TransferItem } from './transfer.js';

/** As many as the service prepares in one request. */
const BATCH = 500;

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

interface Prepared {
  readonly isHeld: boolean;
  readonly request: SignedRequest | null;
}

/**
 * Brings files to a repository: those that it holds already are left out, which is how an upload that was cut off goes on; the others
 * go straight to the object store where it can be reached, else by the service.
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
  for (let at = 0; at < items.length; at += BATCH) {
    const some = items.slice(at, at + BATCH);
    const answers = await uploader.prepare(some);
    prepared.push(...some.map((item, i) => [item, answers[i]!] as const));
  }
  const missing = prepared
    .filter(([, { isHeld }]) => !isHeld)
    .map(([item, { request }]) => ({ ...item, request }));
  await transferAll(io, missing, ({ request, ...item }, onBytes) => uploader.send(item, request, onBytes));
  return missing.length;
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
         prepareUploads(repository: $repository, objects: $objects) { isHeld request { method url headers } }
       }`,
      { repository: this.repository, objects: items.map(objectOf) },
    );
    return prepareUploads;
  }

  async send(
    item: UploadItem,
    request: SignedRequest | null,
    onBytes: (count: number) => void,
  ): Promise<void> {
    if (request === null || this.isStoreOutOfReach || !(await this.sendStraight(item, request, onBytes))) {
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
  private async sendStraight(
    item: UploadItem,
    request: SignedRequest,
    onBytes: (count: number) => void,
    isLastTry = false,
  ): Promise<boolean> {
    let response: Response;
    try {
      response = await fetch(request.url, {
        method: request.method,
        headers: { ...request.headers, 'content-length': String(item.sizeBytes) },
        body: counted(createReadStream(item.file), onBytes),
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
    if (again?.request) return this.sendStraight(item, again.request, onBytes, true);
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

function objectOf({ sha256, sizeBytes }: UploadItem): StoredObject {
  return { sha256, sizeBytes };
}
