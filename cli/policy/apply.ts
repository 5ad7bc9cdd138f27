import type { Command } from 'commander';
import { wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { type Delivery, DELIVERY_FIELDS, tellDelivery } from './delivery.js';
import { readPolicyFolder } from './policy-folder.js';

/** `policy apply` and `policy rollback`. @param policy the command that they stand under */
export function addApply(policy: Command, open: () => Session): void {
  policy
    .command('apply')
    .description('make the policy files of a folder live on all replicas, if they are good')
    .argument(
      '<folder>',
      'model.conf, *.csv, tests/*.yaml; manifest.json and manifest.sig where they must be signed',
    )
    .requiredOption('--reason <text>', 'why; it is kept')
    .option(
      '--if-generation <number>',
      'only if that is the live generation still',
      wholeNumber('--if-generation', 0, Number.MAX_SAFE_INTEGER),
    )
    .action(async (folder: string, options: { reason: string; ifGeneration?: number }) => {
      const { io, output, connect } = open();
      const client = connect();
      const input = {
        ...(await readPolicyFolder(io.cwd, folder)),
        ...{ reason: options.reason, expectedGeneration: options.ifGeneration },
      };
      const { applyPolicy } = await client.ask<{ applyPolicy: Delivery }>(
        `mutation ApplyPolicy($input: ApplyPolicyInput!) { applyPolicy(input: $input) { ${DELIVERY_FIELDS} } }`,
        { input },
      );
      tellDelivery(output, applyPolicy);
    });

  policy
    .command('rollback')
    .description('let an earlier version answer again, until the source gives something new')
    .argument(
      '[version]',
      'as `policy status` lists them, 8 digits or more; what was live before when absent',
    )
    .option('--reason <text>', 'why; it is kept', 'rolled back')
    .action(async (version: string | undefined, { reason }: { reason: string }) => {
      const { output, connect } = open();
      const { rollbackPolicy } = await connect().ask<{ rollbackPolicy: Delivery }>(
        `mutation RollbackPolicy($input: RollbackPolicyInput!) { rollbackPolicy(input: $input) { ${DELIVERY_FIELDS} } }`,
        { input: { version, reason } },
      );
      tellDelivery(output, rollbackPolicy);
    });
}
