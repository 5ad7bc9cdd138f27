import { expect, it } from '@jest/globals';
import { expectedLineage, recordedEvents } from '../../../test/support/recorded-events.js';
import { canonicalJson, sha256Hex } from '../events/canonical-json.js';
import type { EventBody } from '../events/event.js';
import { validateEvent } from '../events/validate-event.js';
import { aliasesAmong } from '../identity/components.js';
import { CompiledRules } from '../identity/rules/compiled-rules.js';
import type { Facts } from './facts.js';
import { factsOf } from './facts-of.js';
import type { IdOf } from './identity.js';
import { joinFacts } from './merge-facts.js';

const idOf: IdOf = ({ identityNamespace, identityName }) => JSON.stringify([identityNamespace, identityName]);

type NameOf = (dataset: { namespace: string; name: string }) => string;

/** What stands for the same in truth, as `expected.json` has it. */
function trueNames(recording: string): NameOf {
  const names = new Map<string, string>();
  const plain: NameOf = ({ namespace, name }) =>
    JSON.stringify([namespace === '' ? 'unknown' : namespace, name]);
  for (const same of expectedLineage(recording)['sameDataset'])
    for (const other of same) names.set(plain(other), plain(same[0]));
  return (dataset) => names.get(plain(dataset)) ?? plain(dataset);
}

/** What the rules that come with Cairn make of names, and of what the events say of them. */
function foundNames(facts: Facts): NameOf {
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

/** What a recording's events tell of its true lineage. @param namesOf which names are of one dataset */
function score(recording: string, namesOf: (facts: Facts) => NameOf) {
  const expected = expectedLineage(recording);
  const facts = joinFacts(
    recordedEvents(recording).flatMap((event) => {
      const body = bodyOf(event);
      return body === undefined
        ? []
        : [factsOf({ id: sha256Hex(canonicalJson(body)), body, withheld: [] }, idOf)];
    }),
  );
  const nameOf = namesOf(facts);
  const canonical = (id: string): string => {
    const [namespace, name] = JSON.parse(id) as [string, string];
    return nameOf({ namespace, name });
  };
  const datasetOf = (key: string): string => nameOf(expected['datasets'][key]);
  const jobNames = new Map<string, string>(
    expected['jobs'].flatMap((job: any) =>
      [job.name, ...(job.otherNames ?? [])].map((name: string): [string, string] => [name, job.name]),
    ),
  );
  const jobOf = (id: string): string => {
    const [, name] = JSON.parse(id) as [string, string];
    return jobNames.get(name) ?? name;
  };

  const foundEdges = new Set(
    [...facts.edges.values()].map(({ sourceId, targetId }) =>
      facts.assets.get(sourceId)!.space === 'data'
        ? `${canonical(sourceId)} reads ${jobOf(targetId)}`
        : `${canonical(targetId)} writes ${jobOf(sourceId)}`,
    ),
  );
  const trueEdges = new Set<string>(
    expected['edges'].map(
      ([dataset, job, verb]: [string, string, string]) => `${datasetOf(dataset)} ${verb} ${job}`,
    ),
  );
  const foundColumns = new Set(
    [...facts.statements.values()].flatMap(({ outputId, value }) =>
      value.columns.map(
        ({ sourceId, sourceColumn, targetColumn }) =>
          `${canonical(sourceId)}.${sourceColumn} > ${canonical(outputId)}.${targetColumn}`,
      ),
    ),
  );
  const trueColumns = new Set(
    Object.entries<Record<string, [string, string][]>>(expected['columns']).flatMap(([target, columns]) =>
      Object.entries(columns).flatMap(([column, sources]) =>
        sources.map(([source, from]) => `${datasetOf(source)}.${from} > ${datasetOf(target)}.${column}`),
      ),
    ),
  );
  const known = new Set(expected['jobs'].map((job: any) => job.name));
  const invented = [...foundEdges].filter(
    (edge) => !trueEdges.has(edge) && known.has(edge.split(/ (?:reads|writes) /)[1]),
  );
  const found = (all: ReadonlySet<string>, those: ReadonlySet<string>) =>
    [...all].filter((one) => those.has(one)).length;
  return {
    edges: `${found(trueEdges, foundEdges)} of ${trueEdges.size}`,
    columns: `${found(trueColumns, foundColumns)} of ${trueColumns.size}`,
    invented,
  };
}

/** A recording holds some events that are refused. */
function bodyOf(event: Record<string, unknown>): EventBody | undefined {
  try {
    return validateEvent(event).body;
  } catch {
    return undefined;
  }
}

// What is missing is not in the events: Delta's DELETE and a streaming write of Spark have no datasets; Airflow names the columns of an
// INSERT `_0`; Flink tells of no columns,
// Dagster of no datasets.
it.each([
  ['dbt-duckdb', '28 of 28', '60 of 62', []],
  ['dbt-postgres', '28 of 28', '60 of 62', []],
  [
    'spark',
    '35 of 38',
    '49 of 54',
    // Read by the plan as written, and left out by the one that ran: either is right.
    [
      '["file","/srv/shop/lake/clean/order_items"] reads shop_totals.execute_save_into_data_source_command.public_spark_status_totals',
    ],
  ],
  ['airflow', '24 of 24', '9 of 14', []],
  ['flink', '12 of 12', '0 of 12', []],
  ['openlineage-python', '36 of 36', '10 of 10', []],
  ['dagster', '0 of 0', '0 of 0', []],
  ['trino', '17 of 17', '16 of 16', []],
])(
  'of %s: %s true edges, %s true direct columns, and none that is not there',
  (recording, edges, columns, invented) => {
    expect(score(recording, () => trueNames(recording))).toEqual({ edges, columns, invented });
    // Nobody tells Cairn what is the same: the rules and the events' symlinks do.
    expect(score(recording, foundNames)).toEqual({ edges, columns, invented });
  },
);
