import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addApply } from './apply.js';
import { addSign } from './sign.js';
import { addSimulate } from './simulate.js';
import { addStatus } from './status.js';

/** `policy status|apply|rollback|simulate|sign|keygen`. */
export function addPolicy(program: Command, open: () => Session): void {
  const policy = program
    .command('policy')
    .description('the policy that decides who may do what (for who administers it)');
  addStatus(policy, open);
  addApply(policy, open);
  addSimulate(policy, open);
  addSign(policy, open);
}
