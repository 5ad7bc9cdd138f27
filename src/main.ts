import './production.js';
import 'reflect-metadata';
import { DomainError, loadConfig } from './platform/index.js';
import { type Cairn, startCairn } from './start.js';

const SHUTDOWN_TIMEOUT_MS = 20_000;
/** Where the demo and the command line look when they are not told. */
const DEFAULT_URL = 'http://127.0.0.1:4600';

/** What a person who started the service reads first. Logs go to standard error, this to standard output. */
function greet({ url, s3Url, adminToken }: Cairn): void {
  const demoAt = url === DEFAULT_URL ? '' : `CAIRN_URL=${url} `;
  const lines = [`Cairn is ready.`, `  explorer  ${url}/`, `  GraphQL   ${url}/graphql`];
  if (s3Url !== undefined) lines.push(`  S3        ${s3Url}/`);
  if (adminToken !== undefined) {
    lines.push(
      `  admin token (shown once, keep it):  ${adminToken}`,
      `  next      ${demoAt}CAIRN_TOKEN=… npm run demo`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function stopOnSignals(cairn: Cairn): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS).unref();
      cairn.stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

try {
  const cairn = await startCairn(loadConfig(process.env));
  stopOnSignals(cairn);
  greet(cairn);
} catch (error) {
  process.stderr.write(
    error instanceof DomainError ? `cairn: ${error.message}\n` : `${(error as Error).stack}\n`,
  );
  process.exit(1);
}
