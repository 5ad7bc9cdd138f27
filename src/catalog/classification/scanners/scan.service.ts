import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { CONFIG, type Config, LOGGER, type Logger, Outbox } from '../../../platform/index.js';
import type { Sha256 } from '../../../storage/index.js';
import type { Asset } from '../../assets/asset.js';
import { AssetService } from '../../assets/asset.service.js';
import type { ProfiledEntry } from '../../content/profile.service.js';
import { CONTENT_LANDED } from '../../commits/content-landed.js';
import { type TreeChange, Trees } from '../../trees/index.js';
import { ClassificationService } from '../classification.service.js';
import { scanDuration } from '../metrics.js';
import type { ColumnCounts } from './confidence.js';
import { FileScanner } from './file-scanner.js';
import { findingsOf, type ScannerTags, scannerTags } from './findings.js';
import { ScanRepository } from './scan.repository.js';

/** Files of one commit or asset that are looked at. */
const MAX_FILES = 200;

/** Assets of which it is remembered what was looked at. */
const MAX_REMEMBERED = 10_000;

/** What was seen of some files. */
interface Seen {
  readonly columns: ColumnCounts[];
  /** Whether the values of all of them were looked at. */
  isWhole: boolean;
  /** Whether those that were looked at could be read. */
  isRead: boolean;
  /** How many more files of the tree are of formats that scanners know, and of others. */
  known: number;
  unknown: number;
}

/** A tree whose files were looked at, but for those of formats that no scanner knows. */
type Remembered = Readonly<Pick<Seen, 'known' | 'unknown'>> & { readonly tree: string };

/** Lets scanners look at what is committed, and at assets when somebody asks. */
@Injectable()
export class ScanService {
  private readonly tags: ScannerTags;
  private readonly least: number;
  /** By asset, of those that were never looked at as a whole: with an unknown file in it a tree never is. */
  private readonly remembered = new LRUCache<string, Remembered>({ max: MAX_REMEMBERED });

  constructor(
    private readonly scans: ScanRepository,
    private readonly trees: Trees,
    private readonly files: FileScanner,
    private readonly classifications: ClassificationService,
    private readonly assets: AssetService,
    outbox: Outbox,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.tags = scannerTags(config.CAIRN_CLASSIFICATION_SCANNERS);
    this.least = config.CAIRN_CLASSIFICATION_SUGGESTED;
    const isOn = config.CAIRN_CLASSIFICATION_ON_COMMIT === 'on';
    outbox.handle(CONTENT_LANDED, async ({ payload }) => {
      if (isOn) await this.landed(String(payload['assetId']), String(payload['from']), String(payload['to']));
    });
  }

  /**
   * Looks at all of an asset's content as its default branch has it, 200 files at most. Needs `manage`.
   * @param names of its columns, which are all that is looked at of what is not versioned here
   */
  async scan(caller: Principal, assetId: string, names: readonly string[]): Promise<Asset> {
    const asset = await this.assets.get(caller, assetId);
    await this.assets.authorize(caller, 'manage', asset);
    const head = await this.scans.headOf(asset.id);
    const seen = head === undefined ? namesOnly(names) : await this.all(head.tree);
    await this.tell(asset, seen, true, subjectOf(caller));
    return this.assets.get(caller, asset.id);
  }

  /** A commit landed: what it changed is looked at; as long as nobody has looked at all, all that was not looked at before. */
  private async landed(assetId: string, from: string, to: string): Promise<void> {
    const trees = await this.scans.treesOf(assetId, from, to);
    if (trees === undefined) return;
    const before = this.remembered.get(assetId);
    // Until what is found is told: after a failure all is looked at.
    this.remembered.delete(assetId);
    const seen = trees.isExamined
      ? await this.changed(trees.from, trees.to)
      : await this.rest(trees.to, before);
    if (seen.columns.length > 0 || seen.isWhole) await this.tell(trees.asset, seen, false, 'system:scanner');
    const { known, unknown } = seen;
    if (!trees.isExamined && seen.isRead) this.remembered.set(assetId, { tree: trees.to, known, unknown });
  }

  private async tell(
    asset: Asset,
    { columns, isWhole }: Seen,
    isAsked: boolean,
    author: string,
  ): Promise<void> {
    const findings = findingsOf(columns, this.tags, this.least);
    await this.classifications.found(asset, findings, {
      isWhole: isWhole && isAsked,
      isExamined: isWhole,
      author,
    });
  }

  private async changed(from: string, to: string): Promise<Seen> {
    return this.look(this.trees.diff(from as Sha256, to as Sha256));
  }

  /** What of a tree was not looked at yet. */
  private async rest(tree: string, before: Remembered | undefined): Promise<Seen> {
    if (before === undefined) return this.all(tree);
    const seen = await this.changed(before.tree, tree);
    const known = before.known + seen.known;
    const unknown = before.unknown + seen.unknown;
    return { ...seen, known, unknown, isWhole: seen.isRead && unknown === 0 && known > 0 };
  }

  private async all(tree: string): Promise<Seen> {
    const added = async function* (trees: Trees): AsyncGenerator<TreeChange> {
      for await (const { path, entry } of trees.walk(tree as Sha256)) yield { path, after: entry };
    };
    return this.look(added(this.trees));
  }

  private async look(changes: AsyncIterable<TreeChange>): Promise<Seen> {
    const stop = scanDuration.startTimer();
    const seen: Seen = { columns: [], isWhole: true, isRead: true, known: 0, unknown: 0 };
    let count = 0;
    for await (const { path, before, after } of changes) {
      if (before !== undefined) seen[this.files.knows({ path, ...before }) ? 'known' : 'unknown'] -= 1;
      if (after === undefined) continue;
      const entry: ProfiledEntry = { path, ...after };
      if (!this.files.knows(entry)) {
        seen.unknown += 1;
        seen.isWhole = false;
        continue;
      }
      seen.known += 1;
      if (++count > MAX_FILES) {
        // What is beyond stays unknown, whatever is looked at later.
        seen.unknown = Infinity;
        seen.isWhole = false;
        break;
      }
      const { columns, isRead } = await this.files.scan(entry);
      seen.columns.push(...columns);
      seen.isRead &&= isRead;
    }
    this.log.debug(
      { files: Math.min(count, MAX_FILES), isWhole: seen.isWhole && seen.isRead },
      'classification: files were scanned',
    );
    stop();
    return { ...seen, isWhole: seen.isWhole && seen.isRead && count > 0 };
  }
}

/** Names tell of what is there, never of what is not. */
function namesOnly(names: readonly string[]): Seen {
  return {
    columns: names.map((name) => ({ name, values: 0, matches: {} })),
    ...{ isWhole: false, isRead: true, known: 0, unknown: 0 },
  };
}
