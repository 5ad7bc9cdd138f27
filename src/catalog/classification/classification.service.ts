import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  CONFIG,
  type Config,
  Database,
  InvalidInputError,
  NotFoundError,
  validate,
} from '../../platform/index.js';
import type { Asset } from '../assets/asset.js';
import { AssetService } from '../assets/asset.service.js';
import { type Claim, CLAIM_STATES, COLUMN, MAX_TAGS, REASON, TAG } from './claim.js';
import { type ClaimChoice, ClaimRepository, type Finding } from './claim.repository.js';
import { type ClassificationChange, ClassificationChanges } from './classification-changes.js';
import { EffectiveTags } from './effective-tags.js';

const CHANGE = z.object({ tag: TAG, column: COLUMN, reason: REASON });
const DECISION = CHANGE.extend({ state: z.enum(CLAIM_STATES) });

/** Claims of one asset and its columns, by hand. */
const MAX_CLAIMS = 10_000;
/** Assets whose effective classifications are settled by one statement. */
const AT_ONCE = 500;

/** Who says which classifications of assets and columns, and what of it counts. Changing needs `manage` of the asset. */
@Injectable()
export class ClassificationService implements OnApplicationBootstrap {
  private readonly threshold: number;

  constructor(
    private readonly database: Database,
    private readonly claims: ClaimRepository,
    private readonly effective: EffectiveTags,
    private readonly assets: AssetService,
    private readonly changes: ClassificationChanges,
    @Inject(CONFIG) config: Config,
  ) {
    this.threshold = config.CAIRN_CLASSIFICATION_EFFECTIVE;
  }

  /** The configured confidence may be another than when scanners last ran. */
  async onApplicationBootstrap(): Promise<void> {
    await this.database.run(async () => {
      const ids = (await this.claims.applyThreshold(this.threshold)).sort();
      for (let at = 0; at < ids.length; at += AT_ONCE) await this.settle(ids.slice(at, at + AT_ONCE));
    });
  }

  /** What is said of an asset that the caller may see, but flows. */
  async list(caller: Principal, assetId: string): Promise<Claim[]> {
    const asset = await this.assets.get(caller, assetId);
    return this.claims.list(asset.id);
  }

  /** Says by hand that an asset or a column of it carries a classification; what is said already stays as it is. */
  async add(caller: Principal, assetId: string, input: z.input<typeof CHANGE>): Promise<Asset> {
    const { reason, ...choice } = validate(CHANGE, input);
    return this.change(caller, assetId, async (asset, author) => {
      const known = await this.claims.list(asset.id);
      const ofColumn = known.filter(({ column, origin }) => column === choice.column && origin === 'hand');
      if (ofColumn.length >= MAX_TAGS && !ofColumn.some(({ tag }) => tag === choice.tag))
        throw new InvalidInputError('tag', `must leave at most ${MAX_TAGS} by hand of one asset or column`);
      if (known.length >= MAX_CLAIMS)
        throw new InvalidInputError('column', `must leave at most ${MAX_CLAIMS} of one asset`);
      await this.claims.add(asset.id, [choice], author, reason);
      await this.effective.examined(asset.id);
      return { action: 'add', ...toldOf(choice, reason) };
    });
  }

  /** Takes back what was said by hand. What scanners say is rejected instead, and what flows is declassified. @throws {NotFoundError} nobody said it by hand */
  async remove(caller: Principal, assetId: string, input: z.input<typeof CHANGE>): Promise<Asset> {
    const { reason, ...choice } = validate(CHANGE, input);
    return this.change(caller, assetId, async (asset) => {
      if (!(await this.claims.remove(asset.id, [choice])))
        throw new NotFoundError('Classification by hand', choice.tag);
      await this.effective.examined(asset.id);
      return { action: 'remove', ...toldOf(choice, reason) };
    });
  }

  /**
   * Decides about what scanners say: that it is right, or wrong; `suggested` asks it again.
   * @throws {NotFoundError} no scanner says it
   */
  async decide(caller: Principal, assetId: string, input: z.input<typeof DECISION>): Promise<Asset> {
    const { reason, state, ...choice } = validate(DECISION, input);
    return this.change(caller, assetId, async (asset, author) => {
      if ((await this.claims.decide(asset.id, choice, state, this.threshold, author, reason)) === 0)
        throw new NotFoundError('Classification by a scanner', choice.tag);
      return { action: state, ...toldOf(choice, reason) };
    });
  }

  /**
   * Takes what scanners found in an asset. The caller of this has authorized it.
   * @param how `isWhole`: see `ClaimRepository.found`; `isExamined`: whether the values of all of the content were looked at
   */
  async found(
    asset: Asset,
    findings: readonly Finding[],
    { isWhole, isExamined, author }: { isWhole: boolean; isExamined: boolean; author: string },
  ): Promise<void> {
    await this.database.run(async () => {
      await this.claims.found(asset.id, findings, this.threshold, isWhole);
      if (isExamined) await this.effective.examined(asset.id);
      await this.settle([asset.id]);
      const tags = [...new Set(findings.map(({ tag }) => tag))].sort();
      await this.changes.tell({ action: 'scan', author, asset, tags });
    });
  }

  private async change(
    caller: Principal,
    assetId: string,
    work: (asset: Asset, author: string) => Promise<Omit<ClassificationChange, 'author' | 'asset'>>,
  ): Promise<Asset> {
    const asset = await this.assets.get(caller, assetId);
    await this.assets.authorize(caller, 'manage', asset);
    const author = subjectOf(caller);
    return this.database.run(async () => {
      const change = await work(asset, author);
      await this.settle([asset.id]);
      await this.changes.tell({ ...change, author, asset });
      return this.assets.get(caller, asset.id);
    });
  }

  private async settle(assetIds: readonly string[]): Promise<void> {
    await this.effective.settle(assetIds);
    await this.assets.announce(assetIds);
  }
}

function toldOf(
  { column, tag }: ClaimChoice,
  reason: string,
): Pick<ClassificationChange, 'column' | 'tags' | 'reason'> {
  return { column, tags: [tag], reason };
}
