import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { gather, wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { addLineageRun } from './lineage-run.js';
import { findRun, followLog, readLog, waitForRun } from './follow.js';
import { type SubmitOptions, submissionOf } from './submission.js';
import { exitCodeOfRun, formatRun, formatRuns, RUN_FIELDS, type TrainingRun } from './training-run.js';

/** `run submit|show|list|cancel|logs|lineage`. */
export function addRuns(program: Command, open: () => Session): void {
  const run = program.command('run').description('training runs, and runs of other jobs as events tell them');
  addSubmit(run, open);
  addLineageRun(run, open);

  run
    .command('show')
    .description('one run')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const found = await findRun(connect(), id);
      output.result(found, () => formatRun(found));
    });

  run
    .command('list')
    .description('runs you may see, newest first')
    .option('-n, --limit <count>', 'runs at most', wholeNumber('--limit', 1, 100_000), 50)
    .action(async ({ limit }: { limit: number }) => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Runs($first: Int!, $after: String) {
        trainingRuns(first: $first, after: $after) { nodes { ${RUN_FIELDS} } pageInfo { hasNextPage endCursor } }
      }`;
      const runs = await client.all(
        async (page) => (await client.ask<{ trainingRuns: Page<TrainingRun> }>(query, page)).trainingRuns,
        limit,
      );
      output.result(runs, () => formatRuns(runs));
    });

  run
    .command('cancel')
    .description('stop a run; it commits nothing')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { cancelTrainingRun } = await connect().ask<{ cancelTrainingRun: TrainingRun }>(
        `mutation CancelRun($id: ID!) { cancelTrainingRun(id: $id) { ${RUN_FIELDS} } }`,
        { id },
      );
      output.result(cancelTrainingRun, `Run ${id} is to stop; it is ${cancelTrainingRun.state}.`);
    });

  run
    .command('logs')
    .description('what a run wrote')
    .argument('<id>')
    .option('-f, --follow', 'go on until the run is over')
    .option('--tail <lines>', 'lines from the end', wholeNumber('--tail', 1, 10_000), 1000)
    .action(async (id: string, { follow = false, tail }: { follow?: boolean; tail: number }) => {
      const { io, output, connect } = open();
      const client = connect();
      if (!follow) {
        const log = await readLog(client, id, tail);
        return output.result({ log }, log.replace(/\n$/, ''));
      }
      let log = '';
      const last = await followLog(client, id, (text) => {
        log += text;
        (output.isJson ? io.stderr : io.stdout).write(text);
      });
      if (output.isJson) output.result({ log, run: last }, '');
      endAs(last);
    });
}

function addSubmit(run: Command, open: () => Session): void {
  run
    .command('submit')
    .description('train: run a command on pinned inputs and commit what it writes, if it succeeds')
    .argument('[command...]', 'after --: the program and its arguments, in the root of the code')
    .requiredOption('--code <address>', 'REPO@REVISION of the code')
    .requiredOption('--output <address>', 'REPO[@BRANCH] that gets what the run writes')
    .option('--name <name>', 'what to call it; the output repository when absent')
    .option(
      '--input <address>',
      'REPO@REVISION[=MOUNT], mounted read-only; may be given several times',
      gather,
    )
    .option('--param <name=value>', 'a parameter, JSON or text; may be given several times', gather)
    .option('--image <image>', 'container image to run in, where runs are Jobs of a cluster')
    .option(
      '--resource <name=amount>',
      'cpu=2, memory=8Gi, nvidia.com/gpu=1, where runs are Jobs of a cluster; may be given several times',
      gather,
    )
    .option('--seed <number>', 'for the random numbers', wholeNumber('--seed', 0, 2 ** 31 - 1))
    .option('--timeout <seconds>', 'when to stop it', wholeNumber('--timeout', 1, 604_800))
    .option('--wait', 'until it is over; exit code 1 unless it succeeded')
    .action(async (command: string[], options: SubmitOptions & { wait?: boolean }) => {
      const { output, connect } = open();
      const input = submissionOf(options, command);
      const client = connect();
      const { submitTrainingRun } = await client.ask<{ submitTrainingRun: TrainingRun }>(
        `mutation SubmitRun($input: SubmitTrainingRunInput!) { submitTrainingRun(input: $input) { ${RUN_FIELDS} } }`,
        { input },
      );
      if (options.wait !== true) {
        return output.result(
          submitTrainingRun,
          `Submitted run ${submitTrainingRun.id}. Follow it by \`cairn run logs ${submitTrainingRun.id} --follow\`.`,
        );
      }
      output.message(`Run ${submitTrainingRun.id}`);
      const last = await waitForRun(client, submitTrainingRun.id, (state) => output.message(state));
      output.result(last, () => formatRun(last));
      endAs(last);
    });
}

function endAs(run: TrainingRun): void {
  const exitCode = exitCodeOfRun(run);
  if (exitCode !== EXIT.ok) throw new EndedBadly(exitCode);
}
