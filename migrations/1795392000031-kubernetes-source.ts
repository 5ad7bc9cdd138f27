import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workloads of a cluster as they were last seen, and what of them lineage has been told. */
export class KubernetesSource1795392000031 implements MigrationInterface {
  name = 'KubernetesSource1795392000031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE kubernetes_object (
        cluster text NOT NULL,
        uid text NOT NULL,
        kind text NOT NULL CONSTRAINT kubernetes_object_kind CHECK (kind IN ('Pod', 'Job', 'CronJob', 'Deployment')),
        namespace text NOT NULL,
        name text NOT NULL,
        observation jsonb NOT NULL,
        observation_hash text NOT NULL,
        listing uuid NOT NULL,
        first_seen_at timestamptz NOT NULL DEFAULT now(),
        gone_at timestamptz,
        is_pending boolean NOT NULL DEFAULT true,
        has_started boolean NOT NULL DEFAULT false,
        progress_hash text,
        has_ended boolean NOT NULL DEFAULT false,
        tries integer NOT NULL DEFAULT 0,
        retry_at timestamptz NOT NULL DEFAULT '-infinity',
        problem text,
        PRIMARY KEY (cluster, uid)
      );
      CREATE INDEX kubernetes_object_pending ON kubernetes_object (cluster, retry_at) WHERE is_pending;
      CREATE INDEX kubernetes_object_by_name ON kubernetes_object (cluster, kind, namespace, name) WHERE gone_at IS NULL;
      CREATE INDEX kubernetes_object_gone ON kubernetes_object (gone_at) WHERE gone_at IS NOT NULL;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kubernetes_object');
  }
}
