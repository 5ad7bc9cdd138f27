import type { Command } from 'commander';
import { gather, wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { placeOf, targetOf, withTarget } from './requests.js';

interface Emergency {
  readonly id: string;
  readonly state: string;
  readonly subject: string;
  readonly namespace: string;
  readonly kind: string | null;
  readonly name: string | null;
  readonly actions: readonly string[];
  readonly reason: string;
  readonly openedAt: string;
  readonly until: string;
}
const FIELDS = 'id state subject namespace kind name actions reason openedAt until';

/** `emergency declare|list|end|review`. */
export function addEmergencies(program: Command, open: () => Session): void {
  const emergency = program
    .command('emergency')
    .description('break the glass: rules of the policy files that wait for an emergency hold for you');

  withTarget(emergency.command('declare'))
    .description('declare one; it is alerted, and reviewed by somebody else')
    .requiredOption('--action <action>', 'e.g. read; several times for more', gather)
    .requiredOption('--reason <text>', 'what happened')
    .option('--minutes <count>', 'how long it lasts, 1–240', wholeNumber('--minutes', 1, 240), 60)
    .action(
      async (options: {
        asset?: string;
        namespace?: string;
        action: readonly string[];
        reason: string;
        minutes: number;
      }) => {
        const { output, connect } = open();
        const { action: actions, reason, minutes } = options;
        const client = connect();
        const { breakGlass } = await client.ask<{ breakGlass: Emergency }>(
          `mutation BreakGlass($input: BreakGlassInput!) { breakGlass(input: $input) { ${FIELDS} } }`,
          { input: { ...(await targetOf(client, options)), actions, reason, minutes } },
        );
        output.result(
          breakGlass,
          `${breakGlass.id} is open until ${formatInstant(breakGlass.until)}. End it when it is over: cairn emergency end ${breakGlass.id}`,
        );
      },
    );

  emergency
    .command('list')
    .description('emergencies: yours, and those of what you manage')
    .option('--state <state>', 'open, ended (to be reviewed) or reviewed')
    .action(async ({ state }: { state?: string }) => {
      const { output, connect } = open();
      const { emergencies } = await connect().ask<{ emergencies: { nodes: Emergency[] } }>(
        `query Emergencies($state: EmergencyState) { emergencies(first: 200, state: $state) { nodes { ${FIELDS} } } }`,
        { state },
      );
      output.result(
        emergencies.nodes,
        formatTable(
          ['id', 'state', 'who', 'actions', 'where', 'opened', 'until', 'reason'],
          emergencies.nodes.map((one) => [
            ...[one.id, one.state, one.subject, one.actions.join(' '), placeOf(one)],
            ...[formatInstant(one.openedAt), formatInstant(one.until), one.reason],
          ]),
        ),
      );
    });

  emergency
    .command('end')
    .description('end one before its time')
    .argument('<id>', 'e.g. EMERGENCY-7')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { endEmergency } = await connect().ask<{ endEmergency: Emergency }>(
        `mutation EndEmergency($id: ID!) { endEmergency(id: $id) { ${FIELDS} } }`,
        { id },
      );
      output.result(endEmergency, `${endEmergency.id} has ended; somebody else reviews it.`);
    });

  emergency
    .command('review')
    .description('say what you think of what somebody else did in one that has ended')
    .argument('<id>', 'e.g. EMERGENCY-7')
    .requiredOption('--text <text>', 'what you think')
    .action(async (id: string, { text }: { text: string }) => {
      const { output, connect } = open();
      const { reviewEmergency } = await connect().ask<{ reviewEmergency: Emergency }>(
        `mutation ReviewEmergency($id: ID!, $review: String!) { reviewEmergency(id: $id, review: $review) { ${FIELDS} } }`,
        { id, review: text },
      );
      output.result(reviewEmergency, `${reviewEmergency.id} is reviewed.`);
    });
}
