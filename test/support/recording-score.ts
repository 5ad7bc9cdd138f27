import { canonicalJson, sha256Hex } from '../../src/lineage/events/canonical-json.js';
import type { EventBody } from '../../src/lineage/events/event.js';
import { validateEvent } from '../../src/lineage/events/validate-event.js';
import { aliasesAmong } from '../../src/lineage/identity/components.js';
import { CompiledRules } from '../../src/lineage/identity/rules/compiled-rules.js';
import type { Facts } from '../../src/lineage/projection/facts.js';
import { factsOf } from '../../src/lineage/projection/facts-of.js';
import type { IdOf } from '../../src/lineage/projection/identity.js';
import { joinFacts } from '../../src/lineage/projection/merge-facts.js';
import type { SqlReader } from '../../src/lineage/sql/sql-reader.js';
import { readStatement } from '../../src/lineage/sql/sql-statements.js';
import { expectedLineage, recordedEvents } from './recorded-events.js';

const idOf: IdOf = ({ identityNamespace, identityName }) => JSON.stringify([identityNamespace, identityName]);

/** Gives a dataset the name that stands for all of its names. */
export type NameOf = (dataset: { namespace: string; name: string }) => string;

const plain: NameOf = ({ namespace, name }) =>
  JSON.stringify([namespace === '' ? 'unknown' : namespace, name]);

/** What stands for the same in truth, as `expected.json` has it. */
export function trueNames(recording: string): NameOf {
  const names = new Map<string, string>();
  for (const same of expectedLineage(recording)['sameDataset'])
    for (const other of same) names.set(plain(other), plain(same[0]));
  return (dataset) => names.get(plain(dataset)) ?? plain(dataset);
}

/** What the rules that come with Cairn make of names, and of what the events say of them. */
export function foundNames(facts: Facts): NameOf {
  const rules = new CompiledRules([]);
  const names = [...facts.assets.values()].map((asset) => ({ id: asset.id, identity: asset }));
  const aliases = aliasesAmong(names, facts.sames.values(), rules, idOf);
  return ({ namespace, name }) => {
    const { identity } = rules.spell({
      space: 'data',
      identityNamespace: namespace === '' ? 'unknown' : namespace,
      identityName: name,
    });
    return aliases.get(idOf(identity))?.assetId ?? idOf(identity);
  };
}

/** What was found of what is true, and what beside it. */
export interface Found {
  readonly found: number;
  readonly of: number;
  readonly missing: readonly string[];
  /** Found, and not in the truth. */
  readonly beside: readonly string[];
}

/** What a recording's events tell of its true lineage. */
export interface Score {
  readonly events: number;
  /** Those that are refused, as they break the core schema. */
  readonly refused: number;
  readonly edges: Found;
  readonly columns: Found;
}

/** The facts of a recording's events. @param reader of their SQL @param change what is done to each event before */
export async function factsOfRecording(
  recording: string,
  reader: SqlReader,
  change: (event: Record<string, any>) => void = () => undefined,
): Promise<{ facts: Facts; events: number; refused: number }> {
  const events = recordedEvents(recording);
  events.forEach(change);
  const bodies = events.flatMap((event) => bodyOf(event) ?? []);
  const facts = await Promise.all(
    bodies.map(async (body) =>
      factsOf(
        { id: sha256Hex(canonicalJson(body)), body, withheld: [] },
        idOf,
        await readStatement(reader, body),
      ),
    ),
  );
  return { facts: joinFacts(facts), events: events.length, refused: events.length - bodies.length };
}

/** Compares facts with the truth. Direct columns, as the truth lists those. @param nameOf which names are of one dataset */
export function scoreOf(recording: string, facts: Facts, nameOf: NameOf): Omit<Score, 'events' | 'refused'> {
  const expected = expectedLineage(recording);
  const keys = new Map(
    Object.entries<{ namespace: string; name: string }>(expected['datasets']).map(([key, dataset]) => [
      nameOf(dataset),
      key,
    ]),
  );
  /** As the truth calls it. */
  const canonical = (id: string): string => {
    const [namespace, name] = JSON.parse(id) as [string, string];
    const found = nameOf({ namespace, name });
    return keys.get(found) ?? found;
  };
  const jobNames = new Map<string, string>(
    expected['jobs'].flatMap((job: any) =>
      [job.name, ...(job.otherNames ?? [])].map((name: string): [string, string] => [name, job.name]),
    ),
  );
  const jobOf = (id: string): string => {
    const [, name] = JSON.parse(id) as [string, string];
    return jobNames.get(name) ?? name;
  };
  const known = new Set<string>(expected['jobs'].map((job: any) => job.name));
  const edges = [...facts.edges.values()].flatMap(({ sourceId, targetId }) => {
    const isRead = facts.assets.get(sourceId)!.space === 'data';
    const [dataset, job] = isRead ? [sourceId, jobOf(targetId)] : [targetId, jobOf(sourceId)];
    // What other jobs than the pipeline's do, nobody has written down.
    return known.has(job) ? [`${canonical(dataset)} ${isRead ? 'reads' : 'writes'} ${job}`] : [];
  });
  const trueEdges = expected['edges'].map(
    ([dataset, job, verb]: [string, string, string]) => `${dataset} ${verb} ${job}`,
  );
  const columns = countingStatements(facts, canonical).flatMap(({ outputId, value }) =>
    value.columns
      .filter(({ targetColumn }) => targetColumn !== '*')
      .map(
        ({ sourceId, sourceColumn, targetColumn }) =>
          `${canonical(outputId)}.${targetColumn} from ${canonical(sourceId)}.${sourceColumn}`,
      ),
  );
  const trueColumns = Object.entries<Record<string, [string, string][]>>(expected['columns']).flatMap(
    ([target, all]) =>
      Object.entries(all).flatMap(([column, sources]) =>
        sources.map(([source, from]) => `${target}.${column} from ${source}.${from}`),
      ),
  );
  return { edges: compare(edges, trueEdges), columns: compare(columns, trueColumns) };
}

/** SQL gives way to `columnLineage` of the same job and output. */
function countingStatements(facts: Facts, canonical: (id: string) => string) {
  const statements = [...facts.statements.values()];
  const keyOf = ({ jobId, outputId }: { jobId: string; outputId: string }) =>
    `${jobId} ${canonical(outputId)}`;
  const told = new Set(statements.filter(({ kind }) => kind !== 'sql').map(keyOf));
  return statements.filter((one) => one.kind !== 'sql' || !told.has(keyOf(one)));
}

function compare(found: readonly string[], truth: readonly string[]): Found {
  const [all, those] = [new Set(found), new Set(truth)];
  return {
    found: [...those].filter((one) => all.has(one)).length,
    of: those.size,
    missing: [...those].filter((one) => !all.has(one)).sort(),
    beside: [...all].filter((one) => !those.has(one)).sort(),
  };
}

function bodyOf(event: Record<string, unknown>): EventBody | undefined {
  try {
    return validateEvent(event).body;
  } catch {
    return undefined;
  }
}
