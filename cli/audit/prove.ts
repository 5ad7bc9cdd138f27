import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import type { Session } from '../session.js';
import { parseJson, ROOT } from './verifier/evidence.js';
import { Keys } from './verifier/keys.js';
import { isIncluded } from './verifier/merkle.js';

interface Proof {
  readonly body: string;
  readonly hash: string;
  readonly number: number;
  readonly root: string;
  readonly path: readonly string[];
  readonly segmentPath: readonly string[];
  readonly signature: string | null;
}

/** `audit prove`. */
export function addProve(audit: Command, open: () => Session): void {
  audit
    .command('prove')
    .description(
      'check that one record is among those that a root was signed for; exit code 1 when it is not',
    )
    .argument('<id>', 'SEGMENT:NUMBER, as `audit list` shows it')
    .option('--key <file>', 'public key in PEM that is believed; without it the one that the service names')
    .action(async (id: string, { key }: { key?: string }) => {
      const { io, output, connect } = open();
      const client = connect();
      const { auditProof: proof, auditKey } = await client.ask<{
        auditProof: Proof;
        auditKey: { publicKey: string };
      }>(
        `query AuditProof($id: ID!) {
           auditProof(id: $id) { body hash number root path segmentPath signature } auditKey { publicKey } }`,
        { id },
      );
      const keys = new Keys();
      keys.add(key === undefined ? auditKey.publicKey : await readFile(path.resolve(io.cwd, key), 'utf8'));
      const isProved = proves(id, proof, keys);
      output.result({ ...proof, isProved }, () =>
        isProved
          ? `${proof.body}\n\nRoot ${proof.number} was signed for this record.`
          : `Root ${proof.number} was NOT signed for this record.`,
      );
      if (!isProved) throw new EndedBadly(EXIT.failure);
    });
}

function proves(id: string, proof: Proof, keys: Keys): boolean {
  const root = parseJson(ROOT, proof.root);
  if (root === undefined || !keys.signed(proof.root, proof.signature, root.key)) return false;
  const [segment, number] = id.split(':');
  const seq = Number(number);
  const place = root.segments.findIndex(
    (each) => each.segment === segment && each.from <= seq && seq <= each.to,
  );
  const entry = root.segments[place];
  if (entry === undefined) return false;
  const { from, to, head, tree } = entry;
  const hex = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text, 'hex'));
  return (
    isIncluded(Buffer.from(proof.hash, 'hex'), seq - from, to - from + 1, hex(proof.path), tree) &&
    isIncluded(
      Buffer.from(`${segment}:${from}:${to}:${head}:${tree}`),
      ...([place, root.segments.length, hex(proof.segmentPath), root.tree] as const),
    )
  );
}
