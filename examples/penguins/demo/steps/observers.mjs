import { ensureCommit, ensureRepository } from '../content.mjs';
import { done } from '../output.mjs';

/** Invented, for the published penguins name nobody. */
const OBSERVERS = `observer_id,name,email,island
1,Ada Tern,ada.tern@example.org,Torgersen
2,Ben Skua,ben.skua@example.org,Biscoe
3,Cleo Petrel,cleo.petrel@example.org,Dream
`;

/** Personal data beside the measurements, in a repository of its own: classified before anything is in it. */
export const observers = {
  title: 'Personal data gets a repository of its own, and its classification',
  async play(context) {
    const { pia, admin } = context;
    const id = await ensureRepository(
      pia,
      'penguin-observers',
      'dataset',
      'Who observed the penguins, and how to reach them',
    );
    await admin.ask(
      'mutation($id: ID!) { editAsset(id: $id, input: { tags: ["pii.email", "pii.name"], owners: ["user:pia.engineer"] }) { id } }',
      { id },
    );
    done('penguin-observers carries pii.email and pii.name, by the administrator');
    await ensureCommit(pia, 'penguin-observers', 'main', 'Observers of 2007 to 2009', [
      { path: 'observers.csv', bytes: Buffer.from(OBSERVERS), contentType: 'text/csv' },
    ]);
    context.observersId = id;
  },
};
