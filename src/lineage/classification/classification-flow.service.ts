import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import {
  type Asset,
  AssetService,
  ClassificationService,
  COLUMN,
  ScanService,
  TAG,
} from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { DomainError, validate } from '../../platform/index.js';
import { AssetLineageService } from '../assets/asset-lineage.service.js';
import type { LineageNode } from '../graph/view.js';
import { Views } from '../graph/view.js';
import { pathsTo } from './classification-paths.js';
import { FlowRepository } from './flow.repository.js';
import { FlowSource } from './flow-source.js';

const PLACE = z.object({ tag: TAG, column: COLUMN, first: z.number().int().min(1).max(20) });

/** The graph of lineage is not there yet. */
export class FlowNotReadyError extends DomainError {
  readonly kind = 'unavailable';
  constructor() {
    super(
      'By which ways classifications came cannot be told yet: the graph of lineage is being read. Try again.',
      {},
    );
  }
}

/** A place on the way of a classification, as a caller sees it. */
export interface ShownStep {
  readonly node: LineageNode;
  readonly column: string | null;
  readonly job: LineageNode | null;
}

/** What one origin says, and where it holds. */
export type ShownClassification = Awaited<ReturnType<ClassificationFlowService['list']>>[number];

/** Which classifications assets have, whoever says so, and by which way those that flow came. */
@Injectable()
export class ClassificationFlowService {
  constructor(
    private readonly assets: AssetService,
    private readonly classifications: ClassificationService,
    private readonly rows: FlowRepository,
    private readonly source: FlowSource,
    private readonly views: Views,
    private readonly scans: ScanService,
    private readonly columns: AssetLineageService,
  ) {}

  /** Lets scanners look at an asset; at the names of columns where its content is elsewhere. Needs `manage`. */
  async scan(caller: Principal, assetId: string): Promise<Asset> {
    const { id } = await this.assets.get(caller, assetId);
    const columns = await this.columns.columns(id);
    return this.scans.scan(
      caller,
      id,
      columns.map(({ name }) => name),
    );
  }

  /** In the order of (column, tag, origin); the asset as a whole first. */
  async list(caller: Principal, assetId: string) {
    const claims = await this.classifications.list(caller, assetId);
    const { id } = await this.assets.get(caller, assetId);
    const flows = (await this.rows.held([id])).filter(({ isFlowed }) => isFlowed);
    const shown = [
      ...claims.map((claim) => ({ ...claim, since: claim.since as Date | null })),
      ...flows.map(({ column, tag }) => ({
        ...{ assetId: id, column, tag, origin: 'flow' as const, source: '', confidence: 1 },
        ...{ state: 'confirmed' as const, isEffective: true, author: 'system:lineage', since: null },
        reason: 'It flows there from what this is made of.',
      })),
    ];
    return shown
      .sort((a, b) => compare(a.column, b.column) || compare(a.tag, b.tag) || compare(a.origin, b.origin))
      .map((one) => ({ ...one, column: one.column || null, source: one.source || null }));
  }

  /**
   * The shortest ways by which a classification came, one for each place where it is said, nearest first. What the caller may not see is opaque.
   * @throws {FlowNotReadyError} while the graph is being read
   */
  async paths(caller: Principal, assetId: string, input: z.input<typeof PLACE>): Promise<ShownStep[][]> {
    const { tag, column, first } = validate(PLACE, input);
    const { id } = await this.assets.get(caller, assetId);
    const graph = await this.source.open();
    if (graph === undefined) throw new FlowNotReadyError();
    const carrying = (ids: readonly string[], of: string) => this.rows.held(ids, of);
    const paths = await pathsTo(
      graph,
      await this.rows.barriers(),
      { assetId: id, column, tag },
      carrying,
      first,
    );
    const ids = paths.flat().flatMap((step) => [step.assetId, ...(step.jobId === null ? [] : [step.jobId])]);
    const view = await this.views.of(caller, ids);
    return paths.map((steps) =>
      steps.map((step) => ({
        node: view.node(step.assetId),
        column: step.column === '' ? null : view.column(step.assetId, step.column),
        job: step.jobId === null ? null : view.node(step.jobId),
      })),
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
