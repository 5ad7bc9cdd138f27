import { parentPort } from 'node:worker_threads';
import { checkBundle } from '../check-bundle.js';
import { inspectBundle } from '../inspect-bundle.js';
import type { CheckAnswers, CheckTask } from './check-task.js';

/** The program of the thread: one task a message, one after the other. What it throws ends it. */

parentPort?.on('message', (task: CheckTask) => {
  void answer(task).then((answered) => parentPort?.postMessage(answered));
});

async function answer(task: CheckTask): Promise<CheckAnswers[keyof CheckAnswers]> {
  if (task.kind === 'inspect') return inspectBundle(task.files, task.mutationMs);
  return checkBundle(task.files).findings;
}
