import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Author, type Change, subjectOf } from '../../identity/index.js';
import { currentRequestId, Database } from '../../platform/index.js';

/** Changes between their transaction and their place in a chain. */
@Injectable()
export class ChangeRepository {
  constructor(private readonly database: Database) {}

  async insert(author: Author, { action, namespace, on, name, detail }: Change): Promise<void> {
    const id = randomUUID();
    const body = {
      ...{ id, changedAt: new Date().toISOString(), requestId: currentRequestId() },
      ...{ subject: subjectOf(author), action, namespace, on, name, detail },
    };
    await this.database.query('INSERT INTO audit_change (id, body) VALUES ($1, $2)', [
      id,
      JSON.stringify(body),
    ]);
  }

  /** How many wait, and for how many seconds the oldest has. */
  async waiting(): Promise<{ count: number; ageSeconds: number }> {
    const [row] = await this.database.query<{ count: string; age: string | null }>(
      'SELECT count(*) AS count, extract(epoch FROM now() - min(at)) AS age FROM audit_change',
    );
    return { count: Number(row!.count), ageSeconds: Number(row!.age ?? 0) };
  }
}
