import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** What this Cairn is: its replicas share a database, and with it a name that no other Cairn has. */
@Injectable()
export class Installation {
  constructor(private readonly database: Database) {}

  /** A UUID, given at the first start. A database that was restored from a backup brings it along. */
  async id(): Promise<string> {
    await this.database.query('INSERT INTO installation (id) VALUES ($1) ON CONFLICT DO NOTHING', [
      randomUUID(),
    ]);
    const [row] = await this.database.query<{ id: string }>('SELECT id FROM installation');
    return row!.id;
  }
}
