import 'reflect-metadata';
import { DomainError, loadMigrationConfig, migrateDatabase } from './platform/index.js';

/**
 * Brings the schema of DATABASE_URL up to date and ends: for installations whose replicas run with CAIRN_MIGRATE=false. Of several at
 * once one migrates and the others wait. Exit code 0: the schema is that of this version.
 */
try {
  const applied = await migrateDatabase(loadMigrationConfig(process.env).DATABASE_URL);
  const names = applied.map((name) => `  ${name}\n`).join('');
  process.stdout.write(
    applied.length === 0
      ? 'cairn: the schema is up to date\n'
      : `cairn: ${applied.length} migrations made\n${names}`,
  );
} catch (error) {
  // Connection errors name host and port; neither they nor ours hold the password.
  const { name, message } = error as Error;
  process.stderr.write(`cairn: ${error instanceof DomainError ? '' : `${name}: `}${message}\n`);
  process.exit(1);
}
