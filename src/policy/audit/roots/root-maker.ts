import { Inject, Injectable } from '@nestjs/common';
import { Database, Installation, LOGGER, type Logger } from '../../../platform/index.js';
import { lastRoot } from '../metrics.js';
import { AUDIT_ROOTS, type AuditRoots } from './audit-roots.js';
import { MerkleTree } from './merkle.js';
import { RootRepository, type UnrootedSegment } from './root.repository.js';
import { NO_ROOT, type Root, rootDocument, type RootedSegment, rootHash, rootName } from './root.js';
import { SigningKey } from './signing-key.js';

/** Segments of one root. */
const MAX_SEGMENTS = 1_000;

/**
 * Covers what was chained since the last root by a signed one, and writes it outside of the database. Should two processes do so at once,
 * the store takes one root of a number only.
 */
@Injectable()
export class RootMaker {
  /** A root in the store that does not follow the one before: told in `/health` until somebody has looked. */
  problem: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: RootRepository,
    private readonly installation: Installation,
    private readonly key: SigningKey,
    @Inject(AUDIT_ROOTS) private readonly roots: AuditRoots,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Covers all that was chained so far. @returns the number of the root; undefined when there was nothing to cover */
  async make(): Promise<number | undefined> {
    const before = await this.adopt(await this.repository.last());
    const covered: { readonly entry: RootedSegment; readonly segment: UnrootedSegment }[] = [];
    for (const segment of await this.repository.unrooted(MAX_SEGMENTS)) {
      const entry = await this.cover(segment);
      if (entry !== undefined) covered.push({ entry, segment });
      else if (segment.isClosed) await this.repository.setRooted(segment.id, segment.rootedTo, true);
    }
    if (covered.length === 0) return undefined;
    const at = new Date();
    const document = rootDocument({
      number: (before?.number ?? 0) + 1,
      at: at.toISOString(),
      installation: await this.installation.id(),
      previous: before === undefined ? NO_ROOT : rootHash(before.document),
      key: (await this.key.public()).fingerprint,
      segments: covered.map(({ entry }) => entry),
    });
    const number = (before?.number ?? 0) + 1;
    const signature = await this.key.sign(document);
    // Should another have been faster, its root is adopted and what is left goes into the next one.
    if (!(await this.roots.add(rootName(number), JSON.stringify({ document, signature }))))
      return this.make();
    await this.keep(number, document);
    lastRoot.set(at.getTime() / 1000);
    return number;
  }

  /** Takes over roots that the store has and the database does not: whoever made them died, or the database was set back. */
  private async adopt(
    last: { readonly number: number; readonly document: string } | undefined,
  ): Promise<{ readonly number: number; readonly document: string } | undefined> {
    for (let known = last; ;) {
      const number = (known?.number ?? 0) + 1;
      const text = await this.roots.read(rootName(number));
      if (text === undefined) return known;
      const { document } = JSON.parse(text) as { document: string };
      const { previous } = JSON.parse(document) as Root;
      if (previous !== (known === undefined ? NO_ROOT : rootHash(known.document))) {
        this.problem ??= `root ${number} does not follow the one before`;
        this.log.error({ number }, 'audit: a root in the object store does not follow the one before');
      }
      await this.keep(number, document);
      known = { number, document };
    }
  }

  private async keep(number: number, document: string): Promise<void> {
    const { at, segments } = JSON.parse(document) as Root;
    const unrooted = new Map((await this.repository.unrooted(MAX_SEGMENTS)).map((each) => [each.id, each]));
    await this.database.run(async () => {
      await this.repository.insert(number, new Date(at), document);
      for (const { segment, to } of segments)
        if (unrooted.has(segment)) await this.repository.setRooted(segment, to, false);
    });
  }

  private async cover({ id, rootedTo }: UnrootedSegment): Promise<RootedSegment | undefined> {
    const tree = new MerkleTree();
    let last: { readonly hash: Buffer; readonly to: number } | undefined;
    for await (const { hashes, to } of this.repository.hashes(id, rootedTo)) {
      for (const hash of hashes) tree.add(hash);
      last = { hash: hashes.at(-1)!, to };
    }
    if (last === undefined) return undefined;
    const [head, root] = [last.hash.toString('hex'), tree.root().toString('hex')];
    return { segment: id, from: rootedTo + 1, to: last.to, head, tree: root };
  }
}
