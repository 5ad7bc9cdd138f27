import { rmSync } from 'node:fs';
import type { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';

export default async function globalTeardown(): Promise<void> {
  const { cairnTest } = globalThis as { cairnTest?: { postgres: EmbeddedPostgres; folder: string } };
  await cairnTest?.postgres.stop();
  if (cairnTest) rmSync(cairnTest.folder, { recursive: true, force: true });
}
