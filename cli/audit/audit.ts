import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addHolds } from './holds.js';
import { addProve } from './prove.js';
import { addRecords } from './records.js';
import { addReplay } from './replay.js';
import { addVerify } from './verify.js';

/** `audit list|export|verify|prove|replay|hold`. */
export function addAudit(program: Command, open: () => Session): void {
  const audit = program.command('audit').description('what was decided and changed, by whom');
  addRecords(audit, open);
  addVerify(audit, open);
  addProve(audit, open);
  addReplay(audit, open);
  addHolds(audit, open);
}
