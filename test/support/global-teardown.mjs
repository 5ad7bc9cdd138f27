import { rmSync } from 'node:fs';

export default async function globalTeardown() {
  const { cairnTest } = globalThis;
  await cairnTest?.postgres.stop();
  if (cairnTest) rmSync(cairnTest.folder, { recursive: true, force: true });
}
