import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The search index of PostgreSQL: follows from the catalog and can be rebuilt from it. */
export class Search1795392000006 implements MigrationInterface {
  name = 'Search1795392000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE TABLE search_document (
        asset_id uuid PRIMARY KEY,
        kind text NOT NULL,
        namespace text NOT NULL,
        name text NOT NULL,
        tags text[] NOT NULL,
        description text NOT NULL,
        columns text NOT NULL,
        name_words text NOT NULL,
        other_words text NOT NULL,
        description_words text NOT NULL,
        alike text GENERATED ALWAYS AS (lower(name)) STORED,
        words tsvector GENERATED ALWAYS AS (
          setweight(to_tsvector('simple', name_words), 'A') || setweight(to_tsvector('simple', other_words), 'B') ||
          setweight(to_tsvector('simple', description_words), 'C')) STORED
      );
      CREATE INDEX search_document_by_word ON search_document USING gin (words);
      CREATE INDEX search_document_by_likeness ON search_document USING gin (alike gin_trgm_ops);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE search_document');
  }
}
