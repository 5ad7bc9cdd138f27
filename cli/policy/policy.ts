import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addDiff } from './diff.js';
import { addExplain } from './explain.js';
import { addInit } from './init.js';
import { addLint } from './lint.js';
import { addTest } from './test.js';

/** `policy init|lint|test|diff|explain`. */
export function addPolicy(program: Command, open: () => Session): void {
  const policy = program
    .command('policy')
    .description('policy files: written, checked and tested before they take effect');
  addInit(policy, open);
  addLint(policy, open);
  addTest(policy, open);
  addDiff(policy, open);
  addExplain(policy, open);
}
