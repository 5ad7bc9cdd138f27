import { clientOf } from '../client.mjs';
import { orAlreadyThere } from '../content.mjs';
import { done } from '../output.mjs';

const PEOPLE = {
  pia: { kind: 'user', name: 'pia.engineer', displayName: 'Pia, data engineer' },
  ana: { kind: 'user', name: 'ana.analyst', displayName: 'Ana, analyst' },
  trainer: { kind: 'service', name: 'penguin-trainer', displayName: 'Trains penguin models' },
};

/** Makes the principals and a token for each; what they may do, `policies/penguins.csv` says. */
export const people = {
  title: 'The administrator makes three principals, and a token for each',
  async play(context) {
    for (const [who, input] of Object.entries(PEOPLE)) {
      const subject = `${input.kind}:${input.name}`;
      const isNew = await orAlreadyThere(() =>
        context.admin.ask(
          'mutation($input: CreatePrincipalInput!) { createPrincipal(input: $input) { id } }',
          { input },
        ),
      );
      const { issueToken } = await context.admin.ask(
        'mutation($input: IssueTokenInput!) { issueToken(input: $input) { secret token { expiresAt } } }',
        { input: { subject, label: 'penguins example', expiresInDays: 1 } },
      );
      context[who] = clientOf(context.url, issueToken.secret);
      done(subject, isNew);
      done(`a token for ${subject}, until ${issueToken.token.expiresAt}`);
    }
  },
};
