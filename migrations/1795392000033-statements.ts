import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger of SQL statements: what each one was taken to do, and what of it could not be told. */
export class Statements1795392000033 implements MigrationInterface {
  name = 'Statements1795392000033';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sql_statement (
        id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT sql_statement_seq UNIQUE,
        received_at timestamptz NOT NULL DEFAULT now(),
        dialect text NOT NULL,
        source text NOT NULL,
        engine_user text,
        query_id text,
        executed_at timestamptz NOT NULL,
        text text NOT NULL,
        fingerprint text NOT NULL,
        verb text,
        status text NOT NULL CONSTRAINT sql_statement_status CHECK (status IN ('exact', 'partial', 'unparsed')),
        problems jsonb NOT NULL,
        input_ids uuid[] NOT NULL,
        output_ids uuid[] NOT NULL,
        column_count integer NOT NULL,
        names_all boolean NOT NULL,
        job_id uuid,
        event_id text,
        principal text NOT NULL
      );
      CREATE INDEX sql_statement_by_age ON sql_statement (received_at);
      CREATE INDEX sql_statement_by_status ON sql_statement (status, seq DESC);
      CREATE INDEX sql_statement_by_asset ON sql_statement USING gin ((input_ids || output_ids));`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sql_statement');
  }
}
