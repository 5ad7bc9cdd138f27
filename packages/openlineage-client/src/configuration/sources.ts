import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { ConfigurationError } from '../errors.js';
import { optional } from '../optional.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A mapping as JSON and YAML have it. */
export type Mapping = Readonly<Record<string, unknown>>;

const PREFIX = 'OPENLINEAGE__';
/** The transport that `OPENLINEAGE_URL` stands for, beside others of a composite one. */
const DEFAULT_NAME = 'default_http';

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * All that is configured: the file that `OPENLINEAGE_CONFIG` names, else `openlineage.yml` of the current folder, else that of
 * `~/.openlineage`; below it variables `OPENLINEAGE__…`. What the file says goes before the variables, part by part.
 * @throws {ConfigurationError} a file that is named or there cannot be read
 */
export function configurationOf(env: Environment): Mapping {
  const file = fileOf(env);
  const fromFile = file === undefined ? {} : parse(file);
  return merge(variablesOf(env), fromFile);
}

function fileOf(env: Environment): { readonly at: string; readonly text: string } | undefined {
  const named = env['OPENLINEAGE_CONFIG']?.trim();
  const home = env['HOME'] || homedir();
  const places = named ? [named] : ['openlineage.yml', path.join(home, '.openlineage', 'openlineage.yml')];
  for (const at of places) {
    try {
      return { at, text: readFileSync(at, 'utf8') };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (named) throw new ConfigurationError('OPENLINEAGE_CONFIG', `cannot be read: ${message}`);
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        throw new ConfigurationError(at, `cannot be read: ${message}`);
    }
  }
  return undefined;
}

/** JSON needs no further package. */
function parse({ at, text }: { readonly at: string; readonly text: string }): Mapping {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const yaml = optional<{ parse(text: string): unknown }>('yaml', at);
    try {
      value = yaml.parse(text);
    } catch (error) {
      throw new ConfigurationError(at, `is not YAML: ${(error as Error).message}`);
    }
  }
  if (value === null || value === undefined) return {};
  if (!isMapping(value)) throw new ConfigurationError(at, 'must hold a mapping');
  return value;
}

/** `OPENLINEAGE__TRANSPORT__TYPE=http` is `{transport: {type: 'http'}}`. A value is read as JSON when it is, and shorter names win. */
function variablesOf(env: Environment): Mapping {
  const root: Record<string, unknown> = {};
  const variables = Object.entries(env).filter(
    ([name, value]) => name.startsWith(PREFIX) && value !== undefined,
  );
  for (const [name, value] of variables.sort(([a], [b]) => (a < b ? 1 : -1))) {
    const keys = name.slice(PREFIX.length).toLowerCase().split('__');
    let at = root;
    for (const key of keys.slice(0, -1)) {
      if (!isMapping(at[key])) at[key] = {};
      at = at[key] as Record<string, unknown>;
    }
    at[keys.at(-1)!] = valueOf(value!);
  }
  return withDefaultTransport(root, env);
}

function withDefaultTransport(root: Record<string, unknown>, env: Environment): Mapping {
  const url = env['OPENLINEAGE_URL']?.trim();
  const transport = root['transport'];
  if (!url || !isMapping(transport)) return root;
  const transports = isMapping(transport['transports']) ? transport['transports'] : {};
  if (Array.isArray(transport['transports']) || DEFAULT_NAME in transports) return root;
  return {
    ...root,
    transport: { ...transport, transports: { ...transports, [DEFAULT_NAME]: simpleHttp(env) } },
  };
}

/** What the simple variables say of an HTTP transport. */
export function simpleHttp(env: Environment): Mapping {
  const { OPENLINEAGE_URL: url, OPENLINEAGE_ENDPOINT: endpoint, OPENLINEAGE_API_KEY: apiKey } = env;
  return {
    type: 'http',
    url: url?.trim(),
    ...(endpoint && { endpoint }),
    ...(apiKey && { auth: { type: 'api_key', apiKey } }),
  };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function merge(under: Mapping, over: Mapping): Mapping {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value;
  }
  return merged;
}
