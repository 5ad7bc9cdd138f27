import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type ChainEnd, chained, NO_RECORDS } from '../../src/policy/audit/chain/chain.js';
import { storable } from '../../src/policy/audit/chain/copy-lines.js';
import { type ChainedRecord, chainHash, type Draft } from '../../src/policy/audit/chain/record.js';
import { signedDraft } from '../../src/policy/audit/chain/signed-draft.js';
import { merkleRoot } from '../../src/policy/audit/roots/merkle.js';
import { NO_ROOT, rootDocument, rootHash, rootName } from '../../src/policy/audit/roots/root.js';

const START_MS = Date.parse('2026-03-01T12:00:00Z');

/** A row of `audit_record`, as somebody with the database may change it. */
export interface Row {
  segment: string;
  seq: number;
  at: string;
  hash: string;
  kind: string;
  subject: string | null;
  action: string | null;
  namespace: string | null;
  object: string | null;
  isAllowed: boolean | null;
  body: string;
}

/** A pair of keys, the public one in PEM. */
export function keyPair(): { readonly key: KeyObject; readonly pem: string; readonly fingerprint: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    key: privateKey,
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: createHash('sha256').update(spki).digest('hex'),
  };
}

/** What a step of {@link AuditLogModel.play} does: records in one of four segments, or a root. */
export type Step =
  { readonly append: number; readonly drafts: readonly Draft[] } | 'root' | { readonly close: number };

/** An audit log without a database: rows and roots, made by the code that the service makes them with. */
export class AuditLogModel {
  rows: Row[] = [];
  /** Texts of the object store, in their order. */
  roots: { name: string; text: string }[] = [];
  copies: string[] = [];
  private readonly ends = new Map<string, ChainEnd>();
  private readonly rootedTo = new Map<string, number>();
  private readonly closed = new Set<string>();
  private clock = START_MS;

  constructor(readonly keys = keyPair()) {}

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step === 'root') this.root();
      else if ('close' in step) await this.close(segmentOf(step.close));
      else await this.append(segmentOf(step.append), step.drafts);
    }
  }

  /** Whether a root covers the row. */
  isRooted({ segment, seq }: Row): boolean {
    return seq <= (this.rootedTo.get(segment) ?? -1);
  }

  /** The lines that the service would stream. */
  evidence(): string[] {
    const at = new Date(this.clock).toISOString();
    const lines: object[] = [
      {
        type: 'log',
        format: 1,
        installation: 'here',
        publicKey: this.keys.pem,
        key: this.keys.fingerprint,
        at,
      },
    ];
    const shown = new Map<string, { from: number; to: number }>();
    const rowsOf = (segment: string, from: number, to: number): object[] =>
      this.rows
        .filter((row) => row.segment === segment && row.seq >= from && row.seq <= to)
        .sort((a, b) => a.seq - b.seq || a.at.localeCompare(b.at))
        .map((row) => ({ type: 'record', ...row }));
    for (const { name, text } of [...this.roots].sort((a, b) => a.name.localeCompare(b.name))) {
      lines.push({ type: 'root', name, text });
      for (const { segment, from, to } of entriesOf(text)) {
        lines.push(...rowsOf(segment, from, to));
        shown.set(segment, {
          from: Math.min(from, shown.get(segment)?.from ?? from),
          to: Math.max(to, shown.get(segment)?.to ?? to),
        });
      }
    }
    this.copies.forEach((document, i) => lines.push({ type: 'copy', number: i + 1, document }));
    for (const segment of [...new Set(this.rows.map((row) => row.segment))].sort()) {
      const { from, to } = shown.get(segment) ?? { from: 0, to: -1 };
      lines.push(...rowsOf(segment, -Infinity, from - 1), ...rowsOf(segment, to + 1, Infinity));
    }
    lines.push({ type: 'end', roots: this.roots.length, at });
    return lines.map((line) => JSON.stringify(line));
  }

  /** Computes the hashes of a segment anew from a row on, as who has the database can. */
  rechain(segment: string, from: number): void {
    const rows = this.rows.filter((row) => row.segment === segment).sort((a, b) => a.seq - b.seq);
    let previous = Buffer.alloc(32);
    for (const row of rows) {
      if (row.seq >= from) row.hash = chainHash(previous, row.body).toString('hex');
      previous = Buffer.from(row.hash, 'hex');
    }
  }

  /** Signs a text as a root, with another key. */
  static forge(document: string): string {
    return JSON.stringify({ document, signature: signature(keyPair().key, document) });
  }

  copy(): AuditLogModel {
    const copy = new AuditLogModel(this.keys);
    copy.rows = this.rows.map((row) => ({ ...row }));
    copy.roots = this.roots.map((root) => ({ ...root }));
    copy.copies = [...this.copies];
    copy.clock = this.clock;
    for (const [segment, to] of this.rootedTo) copy.rootedTo.set(segment, to);
    return copy;
  }

  private async append(segment: string, drafts: readonly Draft[]): Promise<void> {
    if (this.closed.has(segment)) return;
    const signer = { sign: async (text: string) => signature(this.keys.key, text) };
    const opening = this.ends.has(segment)
      ? []
      : [
          await signedDraft(
            'opened',
            { segment, installation: 'here', process: 'test', after: this.heads() },
            signer,
          ),
        ];
    this.push(
      segment,
      [...opening, ...drafts].map((draft) => ({ ...draft, at: this.tick() })),
    );
  }

  private async close(segment: string): Promise<void> {
    const end = this.ends.get(segment);
    if (end === undefined || this.closed.has(segment)) return;
    const signer = { sign: async (text: string) => signature(this.keys.key, text) };
    const closing = await signedDraft(
      'closed',
      { segment, by: 'test', records: end.seq + 1, reason: 'test' },
      signer,
    );
    this.push(segment, [{ ...closing, at: this.tick() }]);
    this.closed.add(segment);
  }

  private push(segment: string, drafts: readonly Draft[]): void {
    const { records, end } = chained(this.ends.get(segment) ?? NO_RECORDS, drafts);
    this.ends.set(segment, end);
    this.rows.push(...records.map((record) => rowOf(segment, record)));
  }

  private root(): void {
    const segments = [...this.ends].flatMap(([segment, { seq, hash }]) => {
      const from = (this.rootedTo.get(segment) ?? -1) + 1;
      if (seq < from) return [];
      const hashes = this.rows
        .filter((row) => row.segment === segment && row.seq >= from)
        .map((row) => Buffer.from(row.hash, 'hex'));
      this.rootedTo.set(segment, seq);
      return [
        { segment, from, to: seq, head: hash.toString('hex'), tree: merkleRoot(hashes).toString('hex') },
      ];
    });
    if (segments.length === 0) return;
    const number = this.roots.length + 1;
    const previous = this.copies.at(-1);
    const document = rootDocument({
      ...{
        number,
        at: new Date(this.tick()).toISOString(),
        installation: 'here',
        key: this.keys.fingerprint,
        segments,
      },
      previous: previous === undefined ? NO_ROOT : rootHash(previous),
    });
    this.copies.push(document);
    const text = JSON.stringify({ document, signature: signature(this.keys.key, document) });
    this.roots.push({ name: rootName(number), text });
  }

  private heads(): object[] {
    return [...this.ends].map(([segment, { seq, hash }]) => ({ segment, seq, hash: hash.toString('hex') }));
  }

  private tick(): number {
    this.clock += 7;
    return this.clock;
  }
}

function signature(key: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), key).toString('base64');
}

function segmentOf(index: number): string {
  return `0000000${index}-0000-4000-8000-000000000000`;
}

function entriesOf(text: string): { segment: string; from: number; to: number }[] {
  try {
    return JSON.parse(JSON.parse(text).document).segments;
  } catch {
    return [];
  }
}

function rowOf(segment: string, { seq, at, hash, kind, columns, body }: ChainedRecord): Row {
  const text = (value: string | undefined): string | null => (value === undefined ? null : storable(value));
  return {
    ...{
      segment,
      seq,
      at: `${new Date(at).toISOString().slice(0, -1)}000Z`,
      hash: hash.toString('hex'),
      kind,
    },
    ...{ subject: text(columns.subject), action: text(columns.action), namespace: text(columns.namespace) },
    ...{ object: text(columns.object), isAllowed: columns.isAllowed ?? null, body },
  };
}
