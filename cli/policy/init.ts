import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';
import { toolkit } from './bundle-directory.js';

/** `policy init DIR`. @param policy the command that it stands under */
export function addInit(policy: Command, open: () => Session): void {
  policy
    .command('init')
    .description('writes a policy to begin with, and its tests; needs no service')
    .argument('<directory>', 'made when it is not there; must be empty but for hidden files')
    .action(async (directory: string) => {
      const { io, output } = open();
      const { STARTING_FILES } = await toolkit();
      const folder = path.resolve(io.cwd, directory);
      mkdirSync(folder, { recursive: true });
      const present = readdirSync(folder).find((name) => !name.startsWith('.'));
      if (present !== undefined)
        throw new UsageError(`${directory} holds ${present}: a policy begins in an empty folder`);
      for (const { path: name, text } of STARTING_FILES) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), text, { flag: 'wx' });
      }
      const written = STARTING_FILES.map(({ path: name }) => path.join(directory, name));
      output.result({ files: written }, () => written.join('\n'));
      output.message(`Next: cairn policy lint ${directory} && cairn policy test ${directory} --mutants`);
    });
}
