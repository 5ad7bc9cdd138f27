import { Injectable } from '@nestjs/common';
import { AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { Policy } from '../../policy/index.js';
import { EditRepository } from '../edits/edit.repository.js';
import type { Evidence } from '../edits/edit.js';
import { columnEdges } from '../graph/column-edges.js';
import { type EdgeTimes, GraphRepository } from '../graph/graph.repository.js';
import { GraphSource } from '../graph/graph-source.js';
import { keyOfEdge } from '../graph/lineage-graph.js';
import { type LineageNode, type View, Views } from '../graph/view.js';
import { assetsOf } from '../graph/walk-around.js';
import { walkColumns } from '../graph/walk-columns.js';
import {
  type ColumnEdgeKey,
  EdgeExportRepository,
  type EdgeKey,
  type EdgeRow,
  FIRST_ID,
} from './edge-export.repository.js';
import type { CsvQuery } from './export-query.js';

const PAGE = 2_000;
/** What a walk takes at most. */
const BOUNDS = { maxPlaces: 20_000, maxSteps: 20_000 };

const EDGE_HEAD = [
  ...['from_id', 'from_kind', 'from_namespace', 'from_name', 'to_id', 'to_kind', 'to_namespace', 'to_name'],
  ...['first_seen_at', 'last_seen_at', 'evidence'],
];
const COLUMN_HEAD = [
  ...['from_id', 'from_kind', 'from_namespace', 'from_name', 'from_column'],
  ...['to_id', 'to_kind', 'to_namespace', 'to_name', 'to_column', 'transformation', 'is_masking'],
];

/** Records of a table as they come, its head first. */
export interface ExportedRows {
  readonly rows: AsyncGenerator<readonly string[]>;
  /** Whether there is more around the asset than was looked at. */
  readonly isTruncated: boolean;
}

type Record = readonly string[];
type Times = Pick<EdgeTimes, 'firstSeenAt' | 'lastSeenAt'>;

/** Edges as records, as they hold at an instant: those around an asset, or all of which the caller may see both ends. */
@Injectable()
export class EdgeExportService {
  constructor(
    private readonly pages: EdgeExportRepository,
    private readonly graph: GraphRepository,
    private readonly source: GraphSource,
    private readonly edits: EditRepository,
    private readonly views: Views,
    private readonly assets: AssetService,
    private readonly policy: Policy,
  ) {}

  /** @throws {NotFoundError} there is no such asset, or the caller may not know of it */
  async open(caller: Principal, query: CsvQuery): Promise<ExportedRows> {
    if (query.asset === undefined) {
      const rows =
        query.of === 'edges' ? this.allEdges(caller, query.asOf) : this.allColumns(caller, query.asOf);
      return { rows, isTruncated: false };
    }
    const { id } = await this.assets.get(caller, query.asset);
    return query.of === 'edges' ? this.edgesAround(caller, id, query) : this.columnsAround(caller, id, query);
  }

  private async *allEdges(caller: Principal, asOf: Date): AsyncGenerator<Record> {
    const visible = await this.policy.plan(caller, 'list');
    yield EDGE_HEAD;
    for (let after: EdgeKey = [FIRST_ID, FIRST_ID]; ;) {
      const page = await this.pages.edges(after, asOf, visible, PAGE);
      const seen = page.filter(({ isVisible }) => isVisible);
      const told = await this.toldOf(seen, asOf);
      for (const row of seen) {
        const known = told.get(keyOfEdge(row));
        if (known !== undefined)
          yield [...sourceOf(row), ...targetOf(row), ...timesOf(known), known.evidence];
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = [last.sourceId, last.targetId];
    }
  }

  private async *allColumns(caller: Principal, asOf: Date): AsyncGenerator<Record> {
    const visible = await this.policy.plan(caller, 'list');
    yield COLUMN_HEAD;
    for (let after: ColumnEdgeKey = [FIRST_ID, '', FIRST_ID, '', '']; ;) {
      const page = await this.pages.columnEdges(after, asOf, visible, PAGE);
      for (const row of page)
        if (row.isVisible)
          yield [
            ...[...sourceOf(row), row.sourceColumn, ...targetOf(row), row.targetColumn],
            ...[row.transformation, String(row.isMasking)],
          ];
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = [last.sourceId, last.sourceColumn, last.targetId, last.targetColumn, last.transformation];
    }
  }

  /** What the caller may not see has an id that stands for it, and nothing else. */
  private async edgesAround(
    caller: Principal,
    assetId: string,
    { direction = 'both', depth = 2, asOf }: CsvQuery,
  ): Promise<ExportedRows> {
    const graph = await this.source.open();
    const found = await graph.around(assetId, direction, depth, asOf, BOUNDS);
    const view = await this.views.of(caller, assetsOf(found));
    const edges = found.edgesWithin(0, Infinity).sort(byEnds);
    return { rows: this.shownEdges(edges, view, asOf), isTruncated: found.isTruncated };
  }

  private async *shownEdges(
    edges: readonly { readonly sourceId: string; readonly targetId: string }[],
    view: View,
    asOf: Date,
  ): AsyncGenerator<Record> {
    yield EDGE_HEAD;
    for (let at = 0; at < edges.length; at += PAGE) {
      const page = edges.slice(at, at + PAGE);
      const told = await this.toldOf(page, asOf);
      for (const edge of page) {
        const known = told.get(keyOfEdge(edge));
        if (known === undefined) continue;
        const isSeen = view.sees(edge.sourceId) && view.sees(edge.targetId);
        const ends = [edge.sourceId, edge.targetId].flatMap((id) => nodeOf(view.node(id)));
        yield [...ends, ...timesOf(known), isSeen ? known.evidence : ''];
      }
    }
  }

  private async columnsAround(
    caller: Principal,
    assetId: string,
    { direction = 'both', depth = 2, asOf }: CsvQuery,
  ): Promise<ExportedRows> {
    const look = { assetId, column: undefined, direction, depth, asOf };
    const found = await walkColumns(await this.source.open(), look, BOUNDS);
    const ids = found.steps.flatMap(({ source, target }) => [source.assetId, target.assetId]);
    const view = await this.views.of(caller, ids);
    const shown = columnEdges(view, found.steps, () => 0);
    const rows = (async function* (): AsyncGenerator<Record> {
      yield COLUMN_HEAD;
      for (const { fromAsset, fromColumn, toAsset, toColumn, transformation, isMasking } of shown)
        yield [
          ...nodeOf(fromAsset),
          fromColumn,
          ...nodeOf(toAsset),
          toColumn,
          transformation,
          String(isMasking),
        ];
    })();
    return { rows, isTruncated: found.isTruncated };
  }

  /** When edges were said and by whom, by {@link keyOfEdge}; of what a rebuild took away meanwhile nothing. */
  private async toldOf(
    edges: readonly { readonly sourceId: string; readonly targetId: string }[],
    asOf: Date,
  ): Promise<Map<string, Times & { readonly evidence: Evidence }>> {
    if (edges.length === 0) return new Map();
    const times = new Map((await this.graph.times(edges)).map((edge) => [keyOfEdge(edge), edge]));
    const evidence = await this.edits.evidence(edges.map((edge) => ({ ...edge, asOf })));
    return new Map(
      edges.flatMap((edge, i) => {
        const known = times.get(keyOfEdge(edge));
        return known === undefined ? [] : [[keyOfEdge(edge), { ...known, evidence: evidence[i]! }] as const];
      }),
    );
  }
}

function byEnds(
  a: { sourceId: string; targetId: string },
  b: { sourceId: string; targetId: string },
): number {
  return keyOfEdge(a) < keyOfEdge(b) ? -1 : 1;
}

function nodeOf({ id, asset }: LineageNode): Record {
  return [id, asset?.kind ?? '', asset?.identityNamespace ?? '', asset?.identityName ?? ''];
}

function sourceOf(row: EdgeRow): Record {
  return [row.sourceId, row.sourceKind, row.sourceNamespace, row.sourceName];
}

function targetOf(row: EdgeRow): Record {
  return [row.targetId, row.targetKind, row.targetNamespace, row.targetName];
}

function timesOf({ firstSeenAt, lastSeenAt }: Times): Record {
  return [firstSeenAt.toISOString(), lastSeenAt.toISOString()];
}
