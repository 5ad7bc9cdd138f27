import { existsSync, readFileSync } from 'node:fs';

/** The version of the package that this program is of, above the sources as above what was built of them. */
export function packageVersion(): string {
  const manifest = ['../package.json', '../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  if (manifest === undefined) return 'unknown';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
