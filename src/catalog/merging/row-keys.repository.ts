import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { RowKeyRule } from './row-keys.js';

@Injectable()
export class RowKeysRepository {
  constructor(private readonly database: Database) {}

  /** In their order. */
  list(repositoryId: string): Promise<RowKeyRule[]> {
    return this.database.query<RowKeyRule>(
      `SELECT pattern, columns, is_append_only AS "isAppendOnly" FROM row_key_rule
       WHERE repository_id = $1 ORDER BY position`,
      [repositoryId],
    );
  }

  /** In the transaction under way; the last of two who replace at once stays whole. */
  async replace(repositoryId: string, rules: readonly RowKeyRule[]): Promise<void> {
    await this.database.query('SELECT 1 FROM repository WHERE id = $1 FOR UPDATE', [repositoryId]);
    await this.database.query('DELETE FROM row_key_rule WHERE repository_id = $1', [repositoryId]);
    await this.database.query(
      `INSERT INTO row_key_rule (repository_id, position, pattern, columns, is_append_only)
       SELECT $1, rule.position, rule.pattern, ARRAY(SELECT jsonb_array_elements_text(rule.columns)), rule."isAppendOnly"
       FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (pattern text, columns jsonb, "isAppendOnly" boolean))
         WITH ORDINALITY AS rule (pattern, columns, "isAppendOnly", position)`,
      [repositoryId, JSON.stringify(rules)],
    );
  }
}
