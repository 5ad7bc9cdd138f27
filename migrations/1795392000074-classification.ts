import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who says that an asset or a column carries a classification, and where classifications do not flow on. What assets carry so far was said by hand. */
export class Classification1795392000074 implements MigrationInterface {
  name = 'Classification1795392000074';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE asset ADD COLUMN examined_at timestamptz;

      CREATE TABLE classification (
        asset_id uuid NOT NULL REFERENCES asset (id),
        column_name text COLLATE "C" NOT NULL,
        tag text COLLATE "C" NOT NULL,
        origin text NOT NULL CONSTRAINT classification_origin CHECK (origin IN ('hand', 'scanner')),
        source text COLLATE "C" NOT NULL,
        confidence real NOT NULL CONSTRAINT classification_confidence CHECK (confidence BETWEEN 0 AND 1),
        state text NOT NULL CONSTRAINT classification_state CHECK (state IN ('suggested', 'confirmed', 'rejected')),
        is_effective boolean NOT NULL,
        author text NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (asset_id, column_name, tag, origin, source)
      );

      CREATE TABLE declassifier (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CONSTRAINT declassifier_kind CHECK (kind IN ('job', 'column', 'edge')),
        asset_id uuid NOT NULL REFERENCES asset (id),
        column_name text COLLATE "C" NOT NULL DEFAULT '',
        target_id uuid REFERENCES asset (id),
        tag text COLLATE "C" NOT NULL,
        reason text NOT NULL,
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        confirmed_by text CONSTRAINT declassifier_second_person CHECK (confirmed_by <> requested_by),
        confirmed_at timestamptz,
        ended_by text,
        ended_at timestamptz,
        CONSTRAINT declassifier_target CHECK ((target_id IS NOT NULL) = (kind = 'edge'))
      );
      CREATE INDEX declassifier_in_force ON declassifier (id) WHERE ended_at IS NULL;

      UPDATE asset SET examined_at = updated_at WHERE NOT 'unclassified' = ANY(tags);
      INSERT INTO classification (asset_id, column_name, tag, origin, source, confidence, state, is_effective, author, reason, since)
      SELECT id, '', tag, 'hand', '', 1, 'confirmed', true, 'unknown', '', updated_at FROM asset, unnest(tags) AS tag
      WHERE tag <> 'unclassified' ON CONFLICT DO NOTHING;
      INSERT INTO column_tag (asset_id, column_name, tag) SELECT asset_id, column_name, tag FROM classification;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE declassifier, classification;
      ALTER TABLE asset DROP COLUMN examined_at`);
  }
}
