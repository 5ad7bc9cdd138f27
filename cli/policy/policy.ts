import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addApply } from './apply.js';
import { addDiff } from './diff.js';
import { addExplain } from './explain.js';
import { addInit } from './init.js';
import { addLint } from './lint.js';
import { addSign } from './sign.js';
import { addSimulate } from './simulate.js';
import { addStatus } from './status.js';
import { addTest } from './test.js';

/** `policy init|lint|test|diff|explain|simulate|apply|status|rollback|sign|keygen`. */
export function addPolicy(program: Command, open: () => Session): void {
  const policy = program
    .command('policy')
    .description('policy files: written, checked, tested and delivered; what decides who may do what');
  addInit(policy, open);
  addLint(policy, open);
  addTest(policy, open);
  addDiff(policy, open);
  addExplain(policy, open);
  addSimulate(policy, open);
  addApply(policy, open);
  addStatus(policy, open);
  addSign(policy, open);
}
