import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where the nodes of trees are: many of them in one object, a pack. Both tables can be made anew from the packs, but for
 * `used_at`, which says when a writer last relied on what the pack holds.
 */
export class TreePacks1795392000050 implements MigrationInterface {
  name = 'TreePacks1795392000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tree_pack (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sha256 bytea NOT NULL CONSTRAINT tree_pack_sha256 UNIQUE,
        size_bytes integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        used_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE tree_node (
        sha256 bytea PRIMARY KEY,
        pack_id bigint NOT NULL CONSTRAINT tree_node_pack REFERENCES tree_pack (id) ON DELETE CASCADE,
        start_byte integer NOT NULL,
        size_bytes integer NOT NULL
      );
      CREATE INDEX tree_node_by_pack ON tree_node (pack_id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tree_node, tree_pack');
  }
}
