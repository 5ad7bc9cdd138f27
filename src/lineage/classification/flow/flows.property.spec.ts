import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AssetGraph } from '../../graph/memory/asset-graph.js';
import { ColumnGraph } from '../../graph/memory/column-graph.js';
import { NO_JOB } from '../../projection/facts.js';
import { type Barrier, covers } from './declassifier.js';
import { FlowEdges } from './flow-edges.js';
import { Flows } from './flows.js';

const DATA = Array.from({ length: 5 }, () => randomUUID() as string);
const JOBS = Array.from({ length: 3 }, () => randomUUID() as string);
const COLUMNS = ['a', 'b', '*'];
const TAGS = ['pii', 'pii.email', 'geo'];
const ALWAYS = [0, Infinity];

interface ColumnSaid {
  readonly source: readonly [string, string];
  readonly target: readonly [string, string];
  readonly job: string;
  readonly transformation: 'direct' | 'indirect';
  readonly isMasking: boolean;
}

/** Everything that classifications follow from, as sets of texts and plain values. */
interface World {
  readonly edges: Map<string, readonly [string, string]>;
  readonly columns: Map<string, ColumnSaid>;
  readonly roots: Map<string, readonly [asset: string, column: string, tag: string]>;
  readonly barriers: Map<string, Barrier>;
}

const data = fc.constantFrom(...DATA);
const job = fc.constantFrom(...JOBS);
const column = fc.constantFrom(...COLUMNS);
const tag = fc.constantFrom(...TAGS);
const edge = fc.oneof(fc.tuple(data, job), fc.tuple(job, data), fc.tuple(data, data));
const columnSaid: fc.Arbitrary<ColumnSaid> = fc.record({
  source: fc.tuple(data, column),
  target: fc.tuple(data, column),
  job: fc.oneof(job, fc.constant(NO_JOB)),
  transformation: fc.constantFrom('direct' as const, 'direct' as const, 'indirect' as const),
  isMasking: fc.boolean(),
});
const root = fc.tuple(data, fc.constantFrom('', 'a', 'b', 'c'), tag);
const barrier: fc.Arbitrary<Barrier> = fc.oneof(
  fc.record({
    kind: fc.constant('job' as const),
    assetId: job,
    column: fc.constant(''),
    targetId: fc.constant(null),
    tag,
  }),
  fc.record({
    kind: fc.constant('column' as const),
    assetId: data,
    column: fc.constantFrom('', 'a', 'b'),
    targetId: fc.constant(null),
    tag,
  }),
  fc.record({
    kind: fc.constant('edge' as const),
    assetId: data,
    column: fc.constant(''),
    targetId: data,
    tag,
  }),
);
/** Each says something, or takes back what is said alike. */
const change = fc.oneof(
  fc.record({ of: fc.constant('edges' as const), value: edge }),
  fc.record({ of: fc.constant('columns' as const), value: columnSaid }),
  fc.record({ of: fc.constant('roots' as const), value: root }),
  fc.record({ of: fc.constant('barriers' as const), value: barrier }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** What holds, by the words of ADR 30: gone over again and again until nothing is new. */
function naive({ edges, columns, roots, barriers }: World): Set<string> {
  const carried = new Set([...roots.values()].map(([asset, name, tag]) => `${asset}|${name}|${tag}`));
  const flowed = new Set<string>();
  const wordOf = (name: string): string => (name === '*' ? '' : name);
  const isStopped = (tag: string, by: string, source: string, target: string, name: string): boolean =>
    [...barriers.values()].some(
      (one) =>
        covers(one.tag, tag) &&
        ((one.kind === 'job' && one.assetId === by) ||
          (one.kind === 'edge' && one.assetId === source && one.targetId === target) ||
          (one.kind === 'column' && one.assetId === target && (one.column === '' || one.column === name))),
    );
  const told = [...edges.values()];
  const isInColumns = (source: string, by: string, target: string): boolean =>
    [...columns.values()].some(
      (said) => said.job === by && said.source[0] === source && said.target[0] === target,
    );
  for (let size = -1; size !== flowed.size;) {
    size = flowed.size;
    for (const at of [...carried, ...flowed]) {
      const [asset, name, tag] = at.split('|') as [string, string, string];
      const flow = (by: string, target: string, to: string): void => {
        if (!isStopped(tag, by, asset, target, to)) flowed.add(`${target}|${to}|${tag}`);
      };
      for (const said of columns.values()) {
        if (said.source[0] !== asset || said.isMasking || said.transformation === 'indirect') continue;
        if (name === '' || said.source[1] === name || said.source[1] === '*')
          flow(said.job, said.target[0], wordOf(said.target[1]));
      }
      for (const [from, to] of told) {
        if (from !== asset) continue;
        if (DATA.includes(to)) flow('', to, '');
        else
          for (const [by, target] of told)
            if (by === to && !isInColumns(asset, by, target)) flow(by, target, '');
      }
    }
  }
  return flowed;
}

/** The graph and the flows as the service holds them, told only of what changed. */
class Held {
  readonly world: World = { edges: new Map(), columns: new Map(), roots: new Map(), barriers: new Map() };
  private readonly assets = new AssetGraph();
  private readonly columns = new ColumnGraph(this.assets.ids);
  private flows = new Flows();
  private touched = new Set<number>();

  constructor() {
    const classOf = (kind: string): string => JSON.stringify([kind, 'external', [], []]);
    for (const id of DATA) this.assets.setClass(id, classOf('dataset'));
    for (const id of JOBS) this.assets.setClass(id, classOf('job'));
  }

  toggle({ of, value }: Change): void {
    const known = this.world[of] as Map<string, unknown>;
    const key = JSON.stringify(value);
    const holds = !known.delete(key);
    if (holds) known.set(key, value);
    if (of === 'edges') {
      this.assets.setEdge(value[0], value[1], holds ? ALWAYS : []);
      this.touch(...value);
    } else if (of === 'columns') {
      const [source, target] = [value.source, value.target].map(([assetId, column]) => ({ assetId, column }));
      const { job: jobId, transformation, isMasking } = value;
      this.columns.setEdge(
        {
          ...{ source: source!, target: target!, jobId, kind: 'columns', transformation },
          ...{ subtype: '', isMasking },
        },
        holds ? ALWAYS : [],
      );
      this.touch(source!.assetId, target!.assetId);
    } else if (of === 'roots') this.tellRoots(value[0]);
    else for (const asset of this.edges().around(value)) this.touched.add(asset);
  }

  /** As after a crash: what is written down is known, and nothing else. */
  async restart(written: ReadonlySet<string>): Promise<void> {
    this.flows = new Flows();
    const edges = this.edges();
    for (const id of DATA) this.tellRoots(id);
    for (const at of written) {
      const [asset, name, tag] = at.split('|') as [string, string, string];
      const place = edges.placeOf(asset, name);
      this.flows.setWritten([], [{ place, tag }]);
    }
    await this.flows.derive(edges);
  }

  async refresh(): Promise<void> {
    const touched = this.touched;
    this.touched = new Set();
    await this.flows.refresh(this.edges(), touched);
  }

  /** Writes down what is not yet. @param limit writes after which it crashes */
  write(written: Set<string>, limit = Infinity): void {
    const edges = this.edges();
    const { added, removed } = this.flows.unsettled();
    const nameOf = ({ place, tag }: (typeof added)[number]): string => {
      const { assetId, column } = edges.nameOf(place);
      return `${assetId}|${column}|${tag}`;
    };
    const some = added.slice(0, limit);
    for (const one of some) written.add(nameOf(one));
    const others = removed.slice(0, Math.max(0, limit - some.length));
    for (const one of others) written.delete(nameOf(one));
    this.flows.settled(some, others);
  }

  private edges(): FlowEdges {
    return new FlowEdges(this.assets, this.columns, [...this.world.barriers.values()], Date.now());
  }

  private tellRoots(assetId: string): void {
    const edges = this.edges();
    const roots = [...this.world.roots.values()].filter(([asset]) => asset === assetId);
    const said = roots.map(([, name, tag]) => ({ place: edges.placeOf(assetId, name), tag }));
    const asset = this.assets.ids.add(assetId);
    if (this.flows.setRoots(edges.placesOf(asset), said)) this.touched.add(asset);
  }

  private touch(...ids: readonly string[]): void {
    for (const id of ids) this.touched.add(this.assets.ids.add(id));
  }
}

describe('classifications that flow', () => {
  it('are what follows from roots, edges and barriers, in any order of changes, lookings and crashes', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: change },
        { weight: 3, arbitrary: fc.constant('look' as const) },
        { weight: 1, arbitrary: fc.record({ crashesAfter: fc.nat({ max: 3 }) }) },
      ),
      { minLength: 10, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const held = new Held();
        const written = new Set<string>();
        for (const step of all) {
          if (step === 'look') {
            await held.refresh();
            held.write(written);
            expect(written).toEqual(naive(held.world));
          } else if ('crashesAfter' in step) {
            await held.refresh();
            held.write(written, step.crashesAfter);
            await held.restart(written);
          } else held.toggle(step);
        }
        await held.refresh();
        held.write(written);
        expect(written).toEqual(naive(held.world));
      }),
      { numRuns: 250 },
    );
  });
});
