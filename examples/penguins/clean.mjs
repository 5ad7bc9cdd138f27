/**
 * Cleans the penguins as published: column names without spaces and units in brackets, sex in lower case or null, and no record
 * without measurements. `node clean.mjs IN.json OUT.json`, or {@link clean} as a function.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const COLUMNS = {
  Species: 'species',
  Island: 'island',
  'Beak Length (mm)': 'beak_length_mm',
  'Beak Depth (mm)': 'beak_depth_mm',
  'Flipper Length (mm)': 'flipper_length_mm',
  'Body Mass (g)': 'body_mass_g',
  Sex: 'sex',
};
const MEASUREMENTS = ['beak_length_mm', 'beak_depth_mm', 'flipper_length_mm', 'body_mass_g'];

/** @param records as in vega-datasets' penguins.json @returns records with the columns of {@link COLUMNS} */
export function clean(records) {
  return records
    .map((record) =>
      Object.fromEntries(Object.entries(COLUMNS).map(([before, after]) => [after, record[before]])),
    )
    .filter((record) => MEASUREMENTS.every((name) => typeof record[name] === 'number'))
    .map((record) => ({
      ...record,
      sex: ['MALE', 'FEMALE'].includes(record.sex) ? record.sex.toLowerCase() : null,
    }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , from, to] = process.argv;
  writeFileSync(to, `${JSON.stringify(clean(JSON.parse(readFileSync(from, 'utf8'))), undefined, 1)}\n`);
}
