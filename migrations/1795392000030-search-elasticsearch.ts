import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Versions of search documents, which indices Elasticsearch should have and what it has yet to be told, and how far its copy of the event
 * log goes. A trigger notes the changes, so that those of a process that knows no Elasticsearch are noted too.
 */
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
      CREATE TABLE search_generation (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        generation uuid,
        told bigint NOT NULL DEFAULT 0,
        telling bigint NOT NULL DEFAULT 0,
        due uuid
      );
      CREATE FUNCTION search_note_changes() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO search_pending (asset_id, version)
        SELECT asset_id, nextval('search_version') FROM changed
        WHERE EXISTS (SELECT FROM search_generation)
          AND current_setting('cairn.is_search_rebuild', true) IS DISTINCT FROM 'true'
        ORDER BY asset_id
        ON CONFLICT (asset_id) DO UPDATE SET version = excluded.version;
        RETURN NULL;
      END $$;
      CREATE TRIGGER search_note_inserts AFTER INSERT ON search_document REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION search_note_changes();
      CREATE TRIGGER search_note_updates AFTER UPDATE ON search_document REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION search_note_changes();
      CREATE TRIGGER search_note_deletes AFTER DELETE ON search_document REFERENCING OLD TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION search_note_changes();
      CREATE TABLE search_event_position (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        seq bigint NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER search_note_inserts ON search_document;
      DROP TRIGGER search_note_updates ON search_document;
      DROP TRIGGER search_note_deletes ON search_document;
      DROP FUNCTION search_note_changes;
      DROP TABLE search_event_position, search_generation, search_pending;
      ALTER TABLE search_document DROP COLUMN version;
      DROP SEQUENCE search_version`);
  }
}
