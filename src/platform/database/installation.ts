import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from './database.js';
import { sealBy } from './sealed-text.js';

/** What this Cairn is: its replicas share a database, and with it a name that no other Cairn has. */
@Injectable()
export class Installation implements OnModuleInit {
  constructor(private readonly database: Database) {}

  /** From here on replicas open each other's ends of pages. */
  async onModuleInit(): Promise<void> {
    await this.id();
    const [row] = await this.database.query<{ seal: string }>('SELECT seal FROM installation');
    sealBy(row!.seal);
  }

  /** A UUID, given at the first start. A database that was restored from a backup brings it along. */
  async id(): Promise<string> {
    await this.database.query('INSERT INTO installation (id) VALUES ($1) ON CONFLICT DO NOTHING', [
      randomUUID(),
    ]);
    const [row] = await this.database.query<{ id: string }>('SELECT id FROM installation');
    return row!.id;
  }
}
