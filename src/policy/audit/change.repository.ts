import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Author, type Change, subjectOf } from '../../identity/index.js';
import { currentRequestId, Database, prepared } from '../../platform/index.js';

/** A change and who made it. */
export interface AuthoredChange {
  readonly author: Author;
  readonly change: Change;
}

/** Changes between their transaction and their place in a chain. */
@Injectable()
export class ChangeRepository {
  constructor(private readonly database: Database) {}

  async insert(entries: readonly AuthoredChange[]): Promise<void> {
    const about = { changedAt: new Date().toISOString(), requestId: currentRequestId() };
    const rows = entries.map(({ author, change: { action, namespace, on, name, detail } }) => {
      const id = randomUUID();
      const subject = typeof author === 'string' ? author : subjectOf(author);
      return { id, body: JSON.stringify({ id, ...about, subject, action, namespace, on, name, detail }) };
    });
    await this.database.query(
      prepared('INSERT INTO audit_change (id, body) SELECT * FROM unnest($1::uuid[], $2::text[])'),
      [rows.map(({ id }) => id), rows.map(({ body }) => body)],
    );
  }

  /** How many wait, and for how many seconds the oldest has. */
  async waiting(): Promise<{ count: number; ageSeconds: number }> {
    const [row] = await this.database.query<{ count: string; age: string | null }>(
      'SELECT count(*) AS count, extract(epoch FROM now() - min(at)) AS age FROM audit_change',
    );
    return { count: Number(row!.count), ageSeconds: Number(row!.age ?? 0) };
  }
}
