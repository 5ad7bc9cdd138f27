import { Refusal } from '../client.mjs';
import { bold, detail, done, refused, say, until } from '../output.mjs';

const NAMES =
  'query { assets(first: 200) { nodes { id kind identityName namespace } pageInfo { hasNextPage } } }';
const GRAPH = `query($id: ID!) { asset(id: $id) { lineage(direction: both, depth: 6) {
  nodes { id isOpaque distance asset { kind identityName } } edges { from to } } } }`;

/** What the analyst may do, what not, and how little they are told of the rest. */
export const analyst = {
  title: 'The analyst looks around',
  async play(context) {
    const { ana, pia, penguinsId } = context;
    const penguins = JSON.parse(await ana.read('penguins', 'v1', 'penguins.json'));
    done(`reads penguins@v1: ${penguins.length} penguins`);
    await showDenial('may not read penguin-observers', () =>
      ana.read('penguin-observers', 'main', 'observers.csv'),
    );
    await showDenial('may not infer', () => ana.post('/v2/models/penguin-species/infer', { inputs: [] }));

    const [mine, all] = [await ana.ask(NAMES), await pia.ask(NAMES)].map(({ assets }) => assets.nodes);
    done(
      `lists ${mine.length} assets, where the engineer lists ${all.length}; what they may not see is absent`,
    );
    detail(mine.map(({ kind, identityName }) => `${kind} ${identityName}`).join('\n'));

    await until('the lineage of the deployment', async () => {
      const { nodes } = await graphAs(pia, penguinsId);
      return nodes.some(({ asset }) => asset?.kind === 'endpoint') || undefined;
    });
    for (const [name, client] of [
      ['the engineer', pia],
      ['the analyst', ana],
    ]) {
      say(`the graph around penguins, as ${bold(name)} sees it:`);
      showGraph(await graphAs(client, penguinsId));
    }
  },
};

async function graphAs(client, id) {
  return (await client.ask(GRAPH, { id })).asset.lineage;
}

async function showDenial(what, attempt) {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused(`${what}: ${error.message}`);
    return;
  }
  throw new Error(`the policy is not as the example needs it: the analyst ${what}, and did`);
}

/** Edges in the direction of the data, from where it comes to where it goes. */
function showGraph({ nodes, edges }) {
  const names = new Map(
    nodes.map(({ id, isOpaque, asset }) => [
      id,
      isOpaque ? `(opaque ${id.slice(0, 6)})` : `${asset.kind} ${asset.identityName}`,
    ]),
  );
  const stages = new Map(nodes.map(({ id }) => [id, 0]));
  for (let pass = 0; pass < nodes.length; pass++)
    for (const { from, to } of edges) stages.set(to, Math.max(stages.get(to), stages.get(from) + 1));
  for (const { from, to } of [...edges].sort((a, b) => stages.get(a.from) - stages.get(b.from)))
    detail(`${names.get(from)} → ${names.get(to)}`);
}
