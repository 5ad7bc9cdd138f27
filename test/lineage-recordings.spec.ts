import { afterAll, describe, expect, it } from '@jest/globals';
import { SqlStatements } from '../src/lineage/index.js';
import { EventStatements } from '../src/sources/statements/event-statements.js';
import { expectedLineage, RECORDINGS } from './support/recorded-events.js';
import { factsOfRecording, foundNames, type Found, scoreOf, trueNames } from './support/recording-score.js';

const reader = new EventStatements(new SqlStatements());
afterAll(() => reader.onApplicationShutdown());

/** Why something is not found, or is found beside the truth, as `expected.json` has it. */
interface Exception {
  readonly why: string;
  readonly edges?: readonly string[];
  readonly columns?: readonly string[];
}

function listed(exceptions: readonly Exception[], what: 'edges' | 'columns'): string[] {
  return exceptions.flatMap((exception) => exception[what] ?? []).sort();
}

describe('what recorded events tell of their true lineage', () => {
  const table: object[] = [];
  const lines: string[] = [];
  afterAll(() => {
    // `npm run recordings`
    if (process.env['RECORDINGS_SHOW'] === undefined) return;
    console.table(table);
    process.stdout.write(`${lines.join('\n')}\n`);
  });

  it.each(RECORDINGS)('%s: all that they carry, and nothing else', async (recording) => {
    const { facts, events, refused } = await factsOfRecording(recording, reader);
    const { edges, columns } = scoreOf(recording, facts, foundNames(facts));
    const of = ({ found, of: all }: Found) => `${found} of ${all}`;
    table.push({
      ...{ recording, events, refused, edges: of(edges), columns: of(columns) },
      'edges beside': edges.beside.length,
      'columns beside': columns.beside.length,
    });
    const untold: Exception[] = expectedLineage(recording)['untold'] ?? [];
    const toldBeside: Exception[] = expectedLineage(recording)['toldBeside'] ?? [];
    for (const [word, exceptions] of Object.entries({ missing: untold, beside: toldBeside }))
      for (const { why, edges: some = [], columns: others = [] } of exceptions)
        lines.push(`${recording}, ${word}: ${why}`, ...[...some, ...others].map((one) => `    ${one}`));

    expect(edges.missing).toEqual(listed(untold, 'edges'));
    expect(columns.missing).toEqual(listed(untold, 'columns'));
    expect(edges.beside).toEqual(listed(toldBeside, 'edges'));
    expect(columns.beside).toEqual(listed(toldBeside, 'columns'));
    // Nobody tells Cairn what is the same: the rules and the events' symlinks do.
    expect(scoreOf(recording, facts, trueNames(recording))).toEqual({ edges, columns });
  });

  it.each([
    ['airflow', []],
    // Not among the inputs that dbt names.
    ['dbt-postgres', ['dim_customers.region from country_regions.region']],
    // A star over a table whose columns the listener gives without types.
    ['trino', ['comment', 'name', 'nationkey', 'regionkey'].map((c) => `t.${c} from nation.${c}`)],
  ])(
    '%s: without their columnLineage, their SQL tells nearly the same, and nothing that is not true',
    async (recording, lost) => {
      const { facts } = await factsOfRecording(recording, reader, ({ outputs }) => {
        for (const { facets } of outputs ?? []) delete facets?.columnLineage;
      });
      const { columns } = scoreOf(recording, facts, foundNames(facts));
      const { untold = [], toldBeside = [] } = expectedLineage(recording);
      expect(columns.missing).toEqual([...listed(untold, 'columns'), ...lost].sort());
      expect(columns.beside).toEqual(listed(toldBeside, 'columns'));
    },
  );
});
