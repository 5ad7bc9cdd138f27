import { createHash } from 'node:crypto';
import { parseJson, ROOT, type RootedSegment, SIGNED_ROOT } from './evidence.js';
import type { Keys } from './keys.js';
import { TreeHash } from './merkle.js';

const START = '0'.repeat(64);

/** Roots one after the other: each names the one before, and is signed. */
export class RootChain {
  /** Roots that came. */
  count = 0;
  last: { readonly number: number; readonly hash: string; readonly at: string } | undefined;
  private readonly hashes: string[] = [];
  private readonly rootedTo = new Map<string, number>();
  private copies = 0;

  constructor(
    private readonly keys: Keys,
    private readonly tell: (at: string, what: string) => void,
    private readonly pin?: { readonly number: number; readonly hash: string },
  ) {}

  /** @returns what records the root is signed for; none when it cannot be read */
  take(
    { name, text }: { readonly name: string; readonly text?: string | undefined },
    installation: string,
  ): readonly RootedSegment[] {
    const number = this.count + 1;
    const at = `root ${number}`;
    this.count = number;
    const expected = `audit/roots/${String(number).padStart(10, '0')}.json`;
    if (name !== expected) this.tell(at, `it is missing, or out of its order: there is ${name}`);
    const signed = parseJson(SIGNED_ROOT, text ?? '');
    const root = parseJson(ROOT, signed?.document ?? '');
    if (signed === undefined || root === undefined) {
      this.tell(at, 'it cannot be read');
      this.hashes.push('');
      return [];
    }
    if (!this.keys.signed(signed.document, signed.signature, root.key))
      this.tell(at, 'it is not signed by a key that is believed');
    if (root.number !== number) this.tell(at, `it says that it is root ${root.number}`);
    if (root.installation !== installation) this.tell(at, 'it is of another installation');
    if (root.previous !== (this.last?.hash ?? START)) this.tell(at, 'it does not follow the one before');
    this.checkEntries(at, root);
    const hash = createHash('sha256').update(signed.document).digest('hex');
    if (this.pin?.number === number && this.pin.hash !== hash)
      this.tell(at, 'it is not the one that was noted before');
    this.hashes.push(hash);
    this.last = { number, hash, at: root.at };
    return root.segments;
  }

  /** The database's copy: it tells of roots that the store has no more. */
  takeCopy({ number, document }: { readonly number: number; readonly document: string }): void {
    this.copies += 1;
    const hash = createHash('sha256').update(document).digest('hex');
    if (number > this.count)
      this.tell(`root ${number}`, 'the database has it, and the object store does not');
    else if (this.hashes[number - 1] !== hash)
      this.tell(`root ${number}`, 'the copy in the database is another one');
  }

  end(roots: number): void {
    if (roots !== this.count) this.tell('', `there were ${roots} roots, and ${this.count} came`);
    if (this.pin !== undefined && this.pin.number > this.count)
      this.tell(`root ${this.pin.number}`, 'it was noted before, and is missing');
    // The last one may have been on its way.
    if (this.copies < this.count - 1)
      this.tell(
        `root ${this.count}`,
        `the database has copies of ${this.copies} of ${this.count} roots: it was set back, or they were deleted`,
      );
  }

  private checkEntries(
    at: string,
    root: { readonly count: number; readonly tree: string; readonly segments: readonly RootedSegment[] },
  ): void {
    const tree = new TreeHash();
    let count = 0;
    for (const { segment, from, to, head, tree: own } of root.segments) {
      tree.add(Buffer.from(`${segment}:${from}:${to}:${head}:${own}`));
      count += to - from + 1;
      if (from !== (this.rootedTo.get(segment) ?? -1) + 1)
        this.tell(at, `of segment ${segment} it does not go on where the roots before ended`);
      this.rootedTo.set(segment, to);
    }
    if (count !== root.count || tree.hex() !== root.tree) this.tell(at, 'its tree is not over its segments');
  }
}
