import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';

/** `infer ENDPOINT --file FILE`. The answer of the Open Inference Protocol is JSON by nature. */
export function addInfer(program: Command, open: () => Session): void {
  program
    .command('infer')
    .description('ask an endpoint for a prediction')
    .argument('<endpoint>')
    .requiredOption(
      '--input <file>',
      'a request of the Open Inference Protocol v2 as JSON; "-" for standard input',
    )
    .action(async (endpoint: string, { input }: { input: string }) => {
      const { io, output, connect } = open();
      const text =
        input === '-'
          ? await readAll(io.stdin)
          : await readFile(path.resolve(io.cwd, input), 'utf8').catch(missing(input));
      try {
        JSON.parse(text);
      } catch (error) {
        throw new UsageError(`${input}: is no JSON (${(error as Error).message})`);
      }
      const answer = await connect().json(`/v2/models/${encodeURIComponent(endpoint)}/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      output.result(answer, () => JSON.stringify(answer, undefined, 2));
    });
}

function missing(file: string): () => never {
  return () => {
    throw new UsageError(`${file}: there is no such file`);
  };
}

async function readAll(stdin: AsyncIterable<Uint8Array | string> | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
