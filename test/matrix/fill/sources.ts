import type { Things } from '../things.js';
import type { World } from '../worlds.js';
import { ended } from './catalog.js';

/** Statements that an engine has run, and an import. */
export async function fillSources(world: World, things: Things): Promise<void> {
  const { cairn } = world;
  const sent = await cairn.http('/api/v1/statements', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{
        dialect: 'postgresql',
        source: things.source,
        defaultCatalog: 'shop',
        time: '2026-03-01T10:00:00Z',
      },
      ...{ user: things.word('loader'), queryId: things.word('query') },
      sql: `INSERT INTO ${things.word('totals')} SELECT ${things.word('amount')} FROM ${things.word('orders')} WHERE note = '${things.inner('note')}'`,
    }),
  });
  const answer = (await sent.json()) as any;
  if (sent.status !== 201) throw new Error(JSON.stringify(answer));
  things.keep('statement', answer.statements[0].id);
  const { startImport } = await cairn.ask('mutation($i: ImportInput!) { startImport(input: $i) { id } }', {
    i: { repository: things.word('dataset'), branch: 'main', source: things.word('drop') },
  });
  things.keep('import', await ended(world, startImport.id));
}
