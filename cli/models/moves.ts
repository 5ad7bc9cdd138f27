import { type Command, Option } from 'commander';
import { UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';
import { type ModelVersion, numberNamed, VERSION_FIELDS } from './model-version.js';

const STAGES = ['None', 'Staging', 'Production', 'Archived'];

/** `models alias|stage`. */
export function addMoves(models: Command, open: () => Session): void {
  models
    .command('alias')
    .description('point an alias at a version, or remove it')
    .argument('<name>')
    .argument('<alias>')
    .argument('[version]')
    .option('--remove', 'remove the alias')
    .option('--expect <version>', 'refuse when it is not at this version; 0: nowhere')
    .action(
      async (
        model: string,
        alias: string,
        version: string | undefined,
        { remove = false, expect }: { remove?: boolean; expect?: string },
      ) => {
        const { output, connect } = open();
        if (remove === (version !== undefined))
          throw new UsageError('alias: name a version, or give --remove');
        const expectedVersion = expect === '0' ? 0 : expect === undefined ? undefined : numberNamed(expect);
        const named = { model, alias, ...(expectedVersion !== undefined && { expectedVersion }) };
        if (version === undefined) {
          const { deleteModelAlias } = await connect().ask<{ deleteModelAlias: { name: string } }>(
            'mutation RemoveAlias($input: DeleteModelAliasInput!) { deleteModelAlias(input: $input) { name } }',
            { input: named },
          );
          output.result(deleteModelAlias, `Removed the alias ${alias} of ${model}.`);
          return;
        }
        const { setModelAlias } = await connect().ask<{ setModelAlias: ModelVersion }>(
          `mutation SetAlias($input: SetModelAliasInput!) { setModelAlias(input: $input) { ${VERSION_FIELDS} } }`,
          { input: { ...named, version: numberNamed(version) } },
        );
        output.result(setModelAlias, `${model}@${alias} is version ${setModelAlias.number} now.`);
      },
    );

  models
    .command('stage')
    .description('move a version to a stage')
    .argument('<name>')
    .argument('<version>')
    .addArgument(models.createArgument('<stage>').choices(STAGES))
    .addOption(new Option('--archive-existing', 'move what else is in the stage to Archived').default(false))
    .action(
      async (
        model: string,
        version: string,
        stage: string,
        { archiveExisting }: { archiveExisting: boolean },
      ) => {
        const { output, connect } = open();
        const { transitionModelVersion } = await connect().ask<{ transitionModelVersion: ModelVersion }>(
          `mutation Stage($input: TransitionModelVersionInput!) {
            transitionModelVersion(input: $input) { ${VERSION_FIELDS} }
          }`,
          { input: { model, version: numberNamed(version), stage, archiveExisting } },
        );
        output.result(
          transitionModelVersion,
          `Version ${version} of ${model} is in ${transitionModelVersion.stage} now.`,
        );
      },
    );
}
