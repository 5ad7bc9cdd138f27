import { createHash } from 'node:crypto';
import { postEach } from './support/post.mjs';
import { percent, progress, rate, table } from './support/report.mjs';
import { startBenchCairn } from './support/service.mjs';
import { median, timed } from './support/statistics.mjs';

const CLIENTS = 16;
const ROUNDS = 3;
const COMMITS_PER_ROUND = 8_000;
const WARM_UP = 2_000;
/** Commits that a client has in flight at once where it sends them as a list. */
const IN_FLIGHT = 16;
const BYTES = Buffer.from('the same bytes at every path');
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const COMMIT = 'mutation Commit($i: CommitInput!) { commit(input: $i) { id } }';

/**
 * How many commits a second land on one branch from 16 clients, each of whom waits for the answer to its last one. The floors: 16 clients
 * of the same door who only ask for one repository, and 16 clients of PostgreSQL who each write a bare row and move a bare ref by
 * compare-and-swap.
 */
export async function run({ nodeOptions }) {
  const cairn = await startBenchCairn(nodeOptions);
  try {
    await prepare(cairn);
    progress('commits: warming up …');
    let next = 0;
    const commits = (count) => Array.from({ length: count }, () => commitOf(next++));
    await post(cairn, commits(WARM_UP));
    const asks = (count) =>
      Array.from({ length: count }, () => ({ query: '{ repository(name: "hot") { id } }' }));
    await post(cairn, asks(WARM_UP));
    const rates = { commits: [], lists: [], asks: [], swaps: [] };
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`commits: round ${round} of ${ROUNDS} …`);
      const measure = async (name, work) => {
        const { ms, result } = await timed(work);
        rates[name].push((1000 * COMMITS_PER_ROUND) / (result ?? ms));
      };
      await measure('swaps', () => swap(cairn.floor, COMMITS_PER_ROUND));
      await measure('asks', () => post(cairn, asks(COMMITS_PER_ROUND)));
      await measure('commits', () => post(cairn, commits(COMMITS_PER_ROUND)));
      await measure('lists', () => post(cairn, inLists(commits(COMMITS_PER_ROUND))));
    }
    await check(cairn, next);
    const [made, listed, asked, swapped] = ['commits', 'lists', 'asks', 'swaps'].map((name) =>
      median(rates[name]),
    );
    console.log(
      `\ncommits   onto one branch, ${CLIENTS} clients, PostgreSQL ${cairn.version} (fsync on), objects on the local disk, median of ${ROUNDS} rounds of ${COMMITS_PER_ROUND}`,
    );
    table([
      ['', 'a second', 'of the door', 'of bare swaps'],
      ['floor: the same door, asking for a repository', rate(asked), percent(asked, asked), ''],
      [
        'floor: bare rows and compare-and-swap, each waits for the lock',
        rate(swapped),
        '',
        percent(swapped, swapped),
      ],
      [
        'commit of one path by GraphQL, one in flight each',
        rate(made),
        percent(made, asked),
        percent(made, swapped),
      ],
      [
        `the same, ${IN_FLIGHT} in flight each, as lists of operations`,
        rate(listed),
        percent(listed, asked),
        percent(listed, swapped),
      ],
    ]);
  } finally {
    await cairn.stop();
  }
}

function commitOf(number) {
  const changes = [{ path: `d${number % 100}/f${number}`, sha256: SHA256 }];
  const i = { repository: 'hot', branch: 'main', message: `commit ${number}`, changes };
  return { query: COMMIT, variables: { i } };
}

function inLists(requests) {
  return Array.from({ length: requests.length / IN_FLIGHT }, (_, i) =>
    requests.slice(i * IN_FLIGHT, (i + 1) * IN_FLIGHT),
  );
}

async function prepare(cairn) {
  const input = { name: 'hot', kind: 'dataset', namespace: 'bench' };
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: input,
  });
  const sent = await fetch(`${cairn.url}/api/v1/repositories/hot/objects`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${cairn.token}`, 'content-type': 'application/octet-stream' },
    body: BYTES,
  });
  if (!sent.ok) throw new Error(`the object was not taken: ${sent.status} ${await sent.text()}`);
  await cairn.floor.query(
    'CREATE TABLE bare_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb)',
  );
  await cairn.floor.query('CREATE TABLE bare_ref (name text PRIMARY KEY, head bigint)');
  await cairn.floor.query("INSERT INTO bare_ref VALUES ('main', 0)");
}

/** Each request once, all of them answered well. @returns milliseconds */
function post(cairn, requests) {
  const bodies = requests.map((request) => JSON.stringify(request));
  return postEach(
    cairn,
    '/graphql',
    bodies,
    CLIENTS,
    (status, text) => status === 200 && !text.includes('"errors"'),
  );
}

async function swap(pool, count) {
  let left = count;
  const client = async () => {
    while (left-- > 0) {
      const connection = await pool.connect();
      try {
        await connection.query('BEGIN');
        const { rows } = await connection.query("SELECT head FROM bare_ref WHERE name = 'main' FOR UPDATE");
        const body = JSON.stringify({ parent: rows[0].head, message: 'bare' });
        const made = await connection.query('INSERT INTO bare_commit (body) VALUES ($1) RETURNING id', [
          body,
        ]);
        await connection.query("UPDATE bare_ref SET head = $1 WHERE name = 'main'", [made.rows[0].id]);
        await connection.query('COMMIT');
      } finally {
        connection.release();
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** None of what was acknowledged is lost: the line of first parents has them all, and the tree all their paths. */
async function check(cairn, count) {
  const { rows } = await cairn.service.query(`
    WITH RECURSIVE line AS (
      SELECT c.id, c.parents, c.repository_id FROM ref AS r JOIN commit AS c ON c.repository_id = r.repository_id AND c.id = r.commit_id
      UNION ALL SELECT c.id, c.parents, c.repository_id FROM line JOIN commit AS c ON c.repository_id = line.repository_id AND c.id = line.parents[1]
    ) SELECT count(*)::int AS count FROM line`);
  if (rows[0].count !== count + 1) throw new Error(`${rows[0].count - 1} commits are there of ${count}`);
}
