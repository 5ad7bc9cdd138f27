import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';

/** Does what must be so before a version may answer, in the transaction that makes it live. It touches nothing but the database. */
export type BeforeMove = (next: CompiledPolicy) => Promise<void>;

/** What other rooms derive from the policy moves with it: both are there for everybody at once, or neither is. */
@Injectable()
export class PolicyMover {
  private readonly preparations: BeforeMove[] = [];

  constructor(private readonly database: Database) {}

  /** Adds work, at construction of what owns it. */
  beforeMove(prepare: BeforeMove): void {
    this.preparations.push(prepare);
  }

  /** Prepares for a version within the transaction under way. */
  async prepare(next: CompiledPolicy): Promise<void> {
    await this.database.run(async () => {
      for (const prepare of this.preparations) await prepare(next);
    });
  }
}
