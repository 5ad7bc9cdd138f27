import { Inject, Injectable } from '@nestjs/common';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { CONFIG, type Config, LOGGER, type Logger, Outbox } from '../../../platform/index.js';
import type { Sha256 } from '../../../storage/index.js';
import type { Asset } from '../../assets/asset.js';
import { AssetService } from '../../assets/asset.service.js';
import type { ProfiledEntry } from '../../content/profile.service.js';
import { CONTENT_LANDED } from '../../commits/content-landed.js';
import { Trees } from '../../trees/index.js';
import { ClassificationService } from '../classification.service.js';
import { scanDuration } from '../metrics.js';
import type { ColumnCounts } from './confidence.js';
import { FileScanner } from './file-scanner.js';
import { findingsOf, type ScannerTags, scannerTags } from './findings.js';
import { ScanRepository } from './scan.repository.js';

/** Files of one commit or asset that are looked at. */
const MAX_FILES = 200;

/** What was seen of some files. */
interface Seen {
  readonly columns: ColumnCounts[];
  /** Whether the values of all of them were looked at. */
  isWhole: boolean;
}

/** Lets scanners look at what is committed, and at assets when somebody asks. */
@Injectable()
export class ScanService {
  private readonly tags: ScannerTags;
  private readonly least: number;

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

  /** A commit landed: what it changed is looked at; all of it, as long as nobody has looked at all. */
  private async landed(assetId: string, from: string, to: string): Promise<void> {
    const trees = await this.scans.treesOf(assetId, from, to);
    if (trees === undefined) return;
    const seen = trees.isExamined ? await this.changed(trees.from, trees.to) : await this.all(trees.to);
    if (seen.columns.length > 0 || seen.isWhole) await this.tell(trees.asset, seen, false, 'system:scanner');
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

  private async all(tree: string): Promise<Seen> {
    return this.look(this.entries(tree));
  }

  private async changed(from: string, to: string): Promise<Seen> {
    const entries = async function* (trees: Trees): AsyncGenerator<ProfiledEntry> {
      for await (const { path, after } of trees.diff(from as Sha256, to as Sha256))
        if (after !== undefined) yield { path, ...after };
    };
    return this.look(entries(this.trees));
  }

  private async *entries(tree: string): AsyncGenerator<ProfiledEntry> {
    for await (const { path, entry } of this.trees.walk(tree as Sha256)) yield { path, ...entry };
  }

  private async look(entries: AsyncIterable<ProfiledEntry>): Promise<Seen> {
    const stop = scanDuration.startTimer();
    const seen: Seen = { columns: [], isWhole: true };
    let count = 0;
    for await (const entry of entries) {
      if (!this.files.knows(entry)) {
        seen.isWhole = false;
        continue;
      }
      if (++count > MAX_FILES) {
        seen.isWhole = false;
        break;
      }
      const { columns, isRead } = await this.files.scan(entry);
      seen.columns.push(...columns);
      seen.isWhole &&= isRead;
    }
    this.log.debug(
      { files: Math.min(count, MAX_FILES), isWhole: seen.isWhole },
      'classification: files were scanned',
    );
    stop();
    return { ...seen, isWhole: seen.isWhole && count > 0 };
  }
}

/** Names tell of what is there, never of what is not. */
function namesOnly(names: readonly string[]): Seen {
  return { columns: names.map((name) => ({ name, values: 0, matches: {} })), isWhole: false };
}
