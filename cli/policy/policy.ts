import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addInit } from './init.js';
import { addLint } from './lint.js';
import { addTest } from './test.js';

/** `policy init|lint|test`. */
export function addPolicy(program: Command, open: () => Session): void {
  const policy = program
    .command('policy')
    .description('policy files: written, checked and tested before they take effect');
  addInit(policy, open);
  addLint(policy, open);
  addTest(policy, open);
}
