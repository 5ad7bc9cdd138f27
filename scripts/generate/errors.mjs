import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { table } from './markdown.mjs';

const CLASS =
  /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*export class (\w+)Error extends DomainError \{\s*(?:override )?readonly kind = '([\w-]+)'/g;

/** Every named failure: its code, kind, statuses and docstring, from the classes in the source. */
export function errorsTable(folder, mapping) {
  const rows = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => [...readFileSync(path.join(folder, file), 'utf8').matchAll(CLASS)])
    .map(([, doc, name, kind]) => {
      const meaning = doc
        .replace(/\s*\n\s*\* ?/g, ' ')
        .replace(/@\w+[\s\S]*/, '')
        .trim();
      return [`\`${name}\``, kind, mapping[kind].httpStatus, `\`${mapping[kind].graphqlCode}\``, meaning];
    })
    .sort(([a], [b]) => a.localeCompare(b));
  const intro =
    'Every failure that Cairn names. REST answers `application/problem+json` with `code`; GraphQL answers `extensions.error` with the name and `extensions.code` with the GraphQL code.';
  return table('Errors', intro, ['code', 'kind', 'HTTP', 'GraphQL', 'meaning'], rows);
}
