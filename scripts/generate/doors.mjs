import { table } from './markdown.mjs';

/** Every route and field, and who may come in. */
export function doorsTable(doors) {
  const intro =
    'Every way into the service. `public`: without a token. `caller`: any valid token, about the caller alone. `governed`: any valid token; the service behind it asks policy.';
  return table(
    'Doors',
    intro,
    ['door', 'access'],
    doors.map((door) => [`\`${door.name}\``, door.access]),
  );
}
