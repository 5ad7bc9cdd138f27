import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Versions of search documents, what Elasticsearch has yet to be told, and how far its copy of the event log goes. */
export class SearchElasticsearch1795392000030 implements MigrationInterface {
  name = 'SearchElasticsearch1795392000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SEQUENCE search_version;
      ALTER TABLE search_document ADD COLUMN version bigint NOT NULL DEFAULT 0;
      CREATE TABLE search_pending (
        asset_id uuid PRIMARY KEY,
        version bigint NOT NULL,
        since timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX search_pending_by_version ON search_pending (version);
      CREATE TABLE search_event_position (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        seq bigint NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE search_event_position, search_pending;
      ALTER TABLE search_document DROP COLUMN version;
      DROP SEQUENCE search_version`);
  }
}
