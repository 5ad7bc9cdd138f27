import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addVerify } from './verify.js';

/** `audit verify`. */
export function addAudit(program: Command, open: () => Session): void {
  const audit = program.command('audit').description('what was decided and changed, by whom');
  addVerify(audit, open);
}
