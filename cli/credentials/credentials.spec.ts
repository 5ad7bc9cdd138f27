import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../exit-codes.js';
import { credentialsFile, parseServiceUrl, readCredentials, storeCredentials } from './credentials.js';

describe('credentials', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-credentials-'));
    env = { XDG_CONFIG_HOME: folder };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are readable by their owner only, also when the file was there before with other rights', () => {
    const file = storeCredentials(env, { url: 'http://a', token: 't' });
    writeFileSync(file, '{}', { mode: 0o644 });
    storeCredentials(env, { url: 'http://a', token: 't' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readCredentials(env)).toEqual({ url: 'http://a', token: 't' });
  });

  it('come from the environment before what was stored', () => {
    storeCredentials(env, { url: 'http://a', token: 'stored' });
    expect(readCredentials({ ...env, CAIRN_TOKEN: 'given' })).toEqual({ url: 'http://a', token: 'given' });
    expect(readCredentials({ ...env, CAIRN_URL: 'http://b/', CAIRN_TOKEN: 'given' })).toEqual({
      url: 'http://b',
      token: 'given',
    });
  });

  it('never send a stored token to another service', () => {
    storeCredentials(env, { url: 'http://a', token: 'stored' });
    expect(readCredentials({ ...env, CAIRN_URL: 'http://b' })).toEqual({ url: 'http://b', token: undefined });
    expect(readCredentials({ ...env, CAIRN_URL: 'http://a/' })).toEqual({ url: 'http://a', token: 'stored' });
  });

  it('are absent when nobody signed in, and refused when the file is damaged', () => {
    expect(readCredentials(env)).toBeUndefined();
    storeCredentials(env, { url: 'http://a' });
    writeFileSync(credentialsFile(env), '{"url":');
    expect(() => readCredentials(env)).toThrow('cairn login');
  });

  it.each(['', 'localhost:4600', 'ftp://a', '4600'])('the URL %j is refused', (text) => {
    expect(() => parseServiceUrl(text, 'URL')).toThrow(UsageError);
  });
});
