import type { Readable } from 'node:stream';
import type { XmlElements } from './xml.js';

/** What an operation answers. */
export interface S3Response {
  readonly status: number;
  /** Absent ones are left out. */
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** A document, by the name of its outermost element. */
  readonly xml?: { readonly root: string; readonly content: XmlElements };
  /** Bytes; `headers` tell how many. */
  readonly stream?: Readable;
  /** The document comes when this is over, which may take minutes: the client is kept waiting by blanks. */
  readonly slowly?: Promise<{ readonly root: string; readonly content: XmlElements }>;
}
