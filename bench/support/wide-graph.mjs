import { progress } from './report.mjs';

const LAYERS = 26;
const JOBS_PER_LAYER = 4_000;
const DATASETS_PER_LAYER = 8_000;
const INPUTS = 8;
const COLUMNS = 10;
const PRODUCERS = 12;

/** A UUID of a name, with the digits that tell its version. */
const id = (kind, layer, at) =>
  `overlay(overlay(md5('${kind} ' || ${layer} || ' ' || ${at}) placing '5' from 13) placing '8' from 17)::uuid`;
/** A number from 0 on that looks random, the same for the same seed. */
const hash = (seed, text, below) => `(abs(hashtext('${seed} ' || ${text})) % ${below})`;

/**
 * Writes a layered warehouse into the tables of the graph: 100,000 jobs, each of which reads eight datasets of the layer before, mostly
 * neighbours, and writes two of its own layer; columns of the datasets likewise. All stand where no `places.csv` puts them elsewhere.
 */
export async function fillGraph(database, seed, columnEdges) {
  progress('lineage: assets …');
  await database.query(`
    INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, is_managed)
    SELECT ${id('dataset', 'l', 'n')}, 'data', 'dataset', 'postgres://bench:5432', format('layer_%s.table_%s', l, n), 'external', false
    FROM generate_series(0, ${LAYERS - 1}) AS l, generate_series(0, ${DATASETS_PER_LAYER - 1}) AS n
    UNION ALL
    SELECT ${id('job', 'l', 'n')}, 'job', 'job', 'bench', format('build.%s.%s', l, n), 'external', false
    FROM generate_series(1, ${LAYERS - 1}) AS l, generate_series(0, ${JOBS_PER_LAYER - 1}) AS n`);
  progress('lineage: edges …');
  const near = `((n * 2 + i * 3 + ${hash(seed, `l || ' ' || n || ' ' || i`, 3)} - 12 + ${DATASETS_PER_LAYER}) % ${DATASETS_PER_LAYER})`;
  const far = hash(seed, `'far ' || l || ' ' || n || ' ' || i`, DATASETS_PER_LAYER);
  const isFar = `${hash(seed, `'is ' || l || ' ' || n || ' ' || i`, 20)} = 0`;
  const seen = `timestamptz '2026-01-01' + l * interval '1 day' + n * interval '1 second'`;
  await database.query(`
    INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid)
    SELECT source, target, at, at, tstzmultirange(tstzrange(at, NULL)) FROM (
      SELECT ${id('dataset', '(l - 1)', `CASE WHEN ${isFar} THEN ${far} ELSE ${near} END`)} AS source, ${id('job', 'l', 'n')} AS target, ${seen} AS at
      FROM generate_series(1, ${LAYERS - 1}) AS l, generate_series(0, ${JOBS_PER_LAYER - 1}) AS n, generate_series(0, ${INPUTS - 1}) AS i
      UNION ALL
      SELECT ${id('job', 'l', 'n')}, ${id('dataset', 'l', '(n * 2 + i)')}, ${seen}
      FROM generate_series(1, ${LAYERS - 1}) AS l, generate_series(0, ${JOBS_PER_LAYER - 1}) AS n, generate_series(0, 1) AS i
    ) AS edges ON CONFLICT DO NOTHING`);
  progress('lineage: column edges …');
  const { rows: indices } = await database.query(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'lineage_column_edge' AND indexname <> 'lineage_column_edge_pkey'`,
  );
  await database.query('ALTER TABLE lineage_column_edge DROP CONSTRAINT lineage_column_edge_pkey');
  for (const { indexname } of indices) await database.query(`DROP INDEX ${indexname}`);
  const sources = Math.round(columnEdges / ((LAYERS - 1) * DATASETS_PER_LAYER * COLUMNS));
  const text = `l || ' ' || n || ' ' || c || ' ' || i`;
  await database.query(`
    INSERT INTO lineage_column_edge
      (id, job_id, kind, source_id, source_column, target_id, target_column, transformation, said, valid)
    SELECT gen_random_uuid(), ${id('job', 'l', '(n / 2)')}, 'columns',
      ${id('dataset', '(l - 1)', `((n + i * 3 + ${hash(seed, text, PRODUCERS)}) % ${DATASETS_PER_LAYER})`)},
      'column_' || ${hash(seed, `'c ' || ${text}`, COLUMNS)}, ${id('dataset', 'l', 'n')}, 'column_' || c, 'direct', valid, valid
    FROM generate_series(1, ${LAYERS - 1}) AS l, generate_series(0, ${DATASETS_PER_LAYER - 1}) AS n,
      generate_series(0, ${COLUMNS - 1}) AS c, generate_series(0, ${sources - 1}) AS i,
      LATERAL (SELECT tstzmultirange(tstzrange(timestamptz '2026-01-01' + l * interval '1 day', NULL)) AS valid) AS v`);
  await database.query('ALTER TABLE lineage_column_edge ADD PRIMARY KEY (id)');
  for (const { indexdef } of indices) await database.query(indexdef);
  await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
  await database.query('ANALYZE');
}

/** Datasets of one of the first layers, in a random order. */
export async function someDatasets(database, seed, count) {
  const { rows } = await database.query(
    `SELECT id FROM asset WHERE identity_name LIKE 'layer\\_3.%' ORDER BY hashtext('${seed}' || id) LIMIT $1`,
    [count],
  );
  return rows.map((row) => row.id);
}
