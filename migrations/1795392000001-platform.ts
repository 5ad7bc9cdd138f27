import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outbox: what must follow from a committed change. Leases: who may act on a thing now. */
export class Platform1795392000001 implements MigrationInterface {
  name = 'Platform1795392000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox_message (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        ordering_key text NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        dead_at timestamptz
      );
      CREATE INDEX outbox_message_due ON outbox_message (topic, id) WHERE dead_at IS NULL;
      CREATE INDEX outbox_message_order ON outbox_message (topic, ordering_key, id) WHERE dead_at IS NULL;
      CREATE INDEX outbox_message_dead ON outbox_message (id) WHERE dead_at IS NOT NULL;

      CREATE TABLE lease (
        name text PRIMARY KEY,
        holder text NOT NULL,
        epoch bigint NOT NULL,
        expires_at timestamptz NOT NULL
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE lease; DROP TABLE outbox_message');
  }
}
