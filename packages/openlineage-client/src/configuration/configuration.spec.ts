import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientFromEnvironment } from '../environment.js';
import { ConfigurationError } from '../errors.js';
import { eventOf } from '../testing/events.js';
import { configurationOf } from './sources.js';
import { transportOf } from './transports.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'openlineage-configuration-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (name: string, text: string): Promise<string> => {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
};
const elsewhere = () => ({ HOME: path.join(folder, 'nobody') });

describe('what is configured', () => {
  test('is read from variables by their parts, values as JSON where they are, shorter names winning', () => {
    expect(
      configurationOf({
        ...elsewhere(),
        OPENLINEAGE__TRANSPORT__TYPE: 'http',
        OPENLINEAGE__TRANSPORT__AUTH: '{"type": "api_key", "apiKey": "k"}',
        OPENLINEAGE__TRANSPORT__AUTH__TYPE: 'ignored',
        OPENLINEAGE__TRANSPORT__TIMEOUT: '2.5',
        OPENLINEAGE__TRANSPORT__CUSTOM_HEADERS__X: 'y',
        UNRELATED__A: 'b',
      }),
    ).toEqual({
      transport: {
        ...{ type: 'http', timeout: 2.5, custom_headers: { x: 'y' } },
        auth: { type: 'api_key', apiKey: 'k' },
      },
    });
  });

  test('is read from the file that is named, before variables, part by part', async () => {
    const file = await written('named.yml', 'transport:\n  type: console\n  auth: {type: api_key}\n');
    expect(
      configurationOf({
        ...{ ...elsewhere(), OPENLINEAGE_CONFIG: file, OPENLINEAGE__TRANSPORT__TYPE: 'noop' },
        ...{ OPENLINEAGE__TRANSPORT__AUTH__APIKEY: '"k"' },
      }),
    ).toEqual({ transport: { type: 'console', auth: { type: 'api_key', apikey: 'k' } } });
  });

  test('is read from the home folder, in JSON too', async () => {
    await written('home/.openlineage/openlineage.yml', '{"transport": {"type": "noop"}}');
    expect(configurationOf({ HOME: path.join(folder, 'home') })).toEqual({ transport: { type: 'noop' } });
    expect(configurationOf(elsewhere())).toEqual({});
  });

  test.each([
    ['not a mapping', '- a\n', /must hold a mapping/],
    ['not YAML', 'a: [\n', /is not YAML/],
  ])('that is %s is refused by the name of its file', async (_, text, rule) => {
    const file = await written('wrong.yml', text);
    expect(() => configurationOf({ OPENLINEAGE_CONFIG: file })).toThrow(rule);
  });

  test('in a file that is named and not there is refused by the name of the variable', () => {
    const read = () => configurationOf({ OPENLINEAGE_CONFIG: path.join(folder, 'absent.yml') });
    expect(read).toThrow(expect.objectContaining({ field: 'OPENLINEAGE_CONFIG' }));
  });

  test('has the simple address as one of the transports of a composite one', () => {
    const env = { ...elsewhere(), OPENLINEAGE__TRANSPORT__TYPE: 'composite', OPENLINEAGE_URL: 'http://a' };
    expect(configurationOf(env)).toEqual({
      transport: { type: 'composite', transports: { default_http: { type: 'http', url: 'http://a' } } },
    });
  });
});

describe('a transport that is configured', () => {
  test('writes to the file that is told, appending or each event alone', async () => {
    const appended = path.join(folder, 'events.jsonl');
    const env = {
      ...elsewhere(),
      OPENLINEAGE__TRANSPORT__TYPE: 'file',
      OPENLINEAGE__TRANSPORT__APPEND: 'true',
    };
    const events = [eventOf('a'), eventOf('b'), eventOf('c')];
    await clientFromEnvironment({ ...env, OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: appended }).emitBatch(
      events,
    );
    expect((await readFile(appended, 'utf8')).trimEnd().split('\n')).toHaveLength(3);
    const alone = path.join(folder, 'alone', 'event');
    await mkdir(path.dirname(alone));
    const client = clientFromEnvironment({
      ...{ ...env, OPENLINEAGE__TRANSPORT__APPEND: 'false', OPENLINEAGE__TRANSPORT__LOG_FILE_PATH: alone },
    });
    await Promise.all(events.map((event) => client.emit(event)));
    const names = await readdir(path.dirname(alone));
    expect(names).toHaveLength(3);
    for (const name of names) expect(name).toMatch(/^event-\d{8}-\d{6}\.\d{6}\.json$/);
    const read = await Promise.all(
      names.sort().map((name) => readFile(path.join(folder, 'alone', name), 'utf8')),
    );
    expect(read.map((text) => JSON.parse(text) as unknown)).toEqual(events);
  });

  test('may be several, by name or as a list', async () => {
    const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')];
    const file = (at: string) => ({ type: 'file', log_file_path: at, append: true });
    for (const transports of [[file(one), file(two)], { first: file(one), second: file(two), none: null }])
      await transportOf({ type: 'composite', transports }).emit(eventOf('a'));
    for (const at of [one, two]) expect((await readFile(at, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
  });

  test.each([
    [{ type: 'pigeon' }, 'transport.type'],
    [{}, 'transport.type'],
    [{ type: 'http' }, 'transport.url'],
    [{ type: 'http', url: 'http://a', verify: false }, 'transport.verify'],
    [{ type: 'http', url: 'http://a', auth: { type: 'jwt' } }, 'transport.auth.type'],
    [{ type: 'http', url: 'http://a', timeout: 'soon' }, 'transport.timeoutMs'],
    [{ type: 'file' }, 'transport.log_file_path'],
    [{ type: 'composite' }, 'transport.transports'],
    [{ type: 'composite', transports: { a: { type: 'http' } } }, 'transport.transports.a.url'],
    [{ type: 'composite', transports: [{ type: 'x' }] }, 'transport.transports[0].type'],
    [{ type: 'kafka', topic: 't' }, 'transport.config'],
    [{ type: 'kafka', config: { 'bootstrap.servers': 'a:1' } }, 'transport.topic'],
    [{ type: 'kafka', topic: 't', config: {} }, 'transport.config.bootstrap.servers'],
    [
      { type: 'kafka', topic: 't', config: { 'bootstrap.servers': 'a:1', 'linger.ms': 5 } },
      'transport.config.linger.ms',
    ],
  ])('%j is refused by %s', (config, field) => {
    const make = () => transportOf(config);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(expect.objectContaining({ field }));
  });
});
