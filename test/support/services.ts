/**
 * What a client of a real server needs, as its script's `env` says.
 * @param name e.g. `minio`
 * @throws when the tests were not started by `npm run test:services`
 */
export function serviceEnvironment(name: string): Readonly<Record<string, string>> {
  const services = JSON.parse(process.env['SERVICES'] ?? '{}') as Record<string, Record<string, string>>;
  const found = services[name];
  if (!found) throw new Error(`${name} is not up: start these tests by "npm run test:services"`);
  return found;
}
