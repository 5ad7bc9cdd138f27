import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';
import type { RuleDefinition, StoredRule } from './rule.js';

/** A rule as it was made, and how it ended. */
export interface RuleRecord extends StoredRule {
  readonly author: string;
  readonly reason: string;
  readonly createdAt: Date;
  /** Null while it is in force. */
  readonly removedAt: Date | null;
  readonly removedBy: string | null;
  readonly removalReason: string | null;
}

const RECORD = `id, definition, author, reason, created_at AS "createdAt", removed_at AS "removedAt", removed_by AS "removedBy",
  removal_reason AS "removalReason"`;

/** SQL of the rules of an installation. None is ever deleted: the list is the record of who changed what. */
@Injectable()
export class RuleRepository {
  constructor(private readonly database: Database) {}

  /** In the order of their making. */
  inForce(): Promise<StoredRule[]> {
    return this.database.query(
      'SELECT id, definition FROM lineage_identity_rule WHERE removed_at IS NULL ORDER BY id',
    );
  }

  /** The latest first. @param isInForce whether those that were removed are left out */
  list(isInForce: boolean, before: string | null, limit: number): Promise<RuleRecord[]> {
    return this.database.query(
      `SELECT ${RECORD} FROM lineage_identity_rule
       WHERE ($1::boolean IS FALSE OR removed_at IS NULL) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [isInForce, before, limit],
    );
  }

  async find(id: string): Promise<RuleRecord | undefined> {
    const [row] = await this.database.query<RuleRecord>(
      `SELECT ${RECORD} FROM lineage_identity_rule WHERE id = $1`,
      [id],
    );
    return row;
  }

  async add(definition: RuleDefinition, author: string, reason: string): Promise<RuleRecord> {
    const [row] = await this.database.query<RuleRecord>(
      `INSERT INTO lineage_identity_rule (definition, author, reason) VALUES ($1, $2, $3) RETURNING ${RECORD}`,
      [JSON.stringify(definition), author, reason],
    );
    return row!;
  }

  async remove(id: string, by: string, reason: string): Promise<void> {
    await this.database.query(
      `UPDATE lineage_identity_rule SET removed_at = now(), removed_by = $2, removal_reason = $3 WHERE id = $1 AND removed_at IS NULL`,
      [id, by, reason],
    );
  }
}
