import { table } from './markdown.mjs';

/** The table of settings, from the zod schema that reads them. */
export function configurationTable(schema) {
  const rows = Object.entries(schema.shape).map(([name, field]) => {
    const parsed = field.safeParse(undefined);
    const initial = parsed.success && parsed.data !== undefined ? `\`${parsed.data}\`` : '';
    return [`\`${name}\``, initial, field.description ?? ''];
  });
  return table(
    'Configuration',
    'Environment variables of the service. An empty value counts as absent.',
    ['variable', 'default', 'meaning'],
    rows,
  );
}
