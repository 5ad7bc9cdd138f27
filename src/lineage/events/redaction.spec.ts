import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isNestedWithin, redact, REDACTED } from './redaction.js';
import { isSecretName, redactText } from './redaction-rules.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

describe('redaction by name', () => {
  it.each([
    'password',
    'dbPassword',
    'DB_PASSWORD',
    'db-passwd',
    'pwd',
    'client_secret',
    'clientSecret',
    'AWS_SECRET_ACCESS_KEY',
    'aws_access_key_id',
    'fs.s3a.secret.key',
    'apiKey',
    'x-api-key',
    'Authorization',
    'access_token',
    'refreshToken',
    'private_key',
    'credentials',
    'Set-Cookie',
    'connectionString',
  ])('%s is the name of a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    'name',
    'namespace',
    'nextPageToken',
    'max_tokens',
    'token_count',
    'passenger',
    'keyboard',
    'primary_key',
    'secretary',
    'compass',
  ])('%s is not', (name) => expect(isSecretName(name)).toBe(false));

  it('a secret is taken out wherever it lies, and told by path without its value', () => {
    const body = {
      run: {
        facets: {
          spark: { properties: { 'spark.hadoop.fs.s3a.secret.key': 'abc', 'spark.master': 'local' } },
          environmentVariables: {
            environmentVariables: [
              { name: 'DB_PASSWORD', value: 'hunter2' },
              { name: 'HOME', value: '/root' },
            ],
          },
          credentials: { user: 'pia', nested: { anything: 'x' } },
          list: { tokens: ['one', 'two'] },
        },
      },
    };
    const alterations = redact(body);
    expect(body.run.facets).toEqual({
      spark: { properties: { 'spark.hadoop.fs.s3a.secret.key': REDACTED, 'spark.master': 'local' } },
      environmentVariables: {
        environmentVariables: [
          { name: 'DB_PASSWORD', value: REDACTED },
          { name: 'HOME', value: '/root' },
        ],
      },
      credentials: { user: REDACTED, nested: { anything: REDACTED } },
      list: { tokens: [REDACTED, REDACTED] },
    });
    expect(alterations.map(({ path }) => path)).toContain(
      'run.facets.environmentVariables.environmentVariables.0.value',
    );
    expect(JSON.stringify(alterations)).not.toContain('hunter2');
  });

  it('a column named password keeps its lineage and its metrics', () => {
    const body = {
      columnLineage: {
        fields: { password: { inputFields: [{ namespace: 'n', name: 't', field: 'password' }] } },
      },
      schema: {
        fields: [
          { name: 'password', type: 'text' },
          { name: 'token', type: 'text' },
        ],
      },
      dataQualityMetrics: { columnMetrics: { api_key: { distinctCount: 3 } } },
    };
    const before = structuredClone(body);
    expect(redact(body)).toEqual([]);
    expect(body).toEqual(before);
  });
});

describe('redaction by form', () => {
  it.each([
    ['postgres://pia:hunter2@db:5432/shop', 'postgres://pia:***@db:5432/shop'],
    [
      'jdbc:postgresql://db/shop?user=pia&password=hunter2&ssl=true',
      'jdbc:postgresql://db/shop?user=pia&password=***&ssl=true',
    ],
    ['jdbc:sqlserver://db;user=pia;password=hunter2;', 'jdbc:sqlserver://db;user=pia;password=***;'],
    [
      'AccountName=x;AccountKey=abc123==;EndpointSuffix=core',
      'AccountName=x;AccountKey=***;EndpointSuffix=core',
    ],
    [
      'https://acct.blob.core.windows.net/c?sv=2020&sig=abc%2Fdef',
      'https://acct.blob.core.windows.net/c?sv=2020&sig=***',
    ],
    [
      'https://bucket.s3.amazonaws.com/k?X-Amz-Signature=abcdef',
      'https://bucket.s3.amazonaws.com/k?X-Amz-Signature=***',
    ],
    ['key AKIAIOSFODNN7EXAMPLE here', 'key *** here'],
    ['curl -H "Authorization: Bearer abcdefghijkl"', 'curl -H "Authorization: Bearer ***"'],
    ['Authorization: Basic abcdefghijkl', 'Authorization: Basic ***'],
    ['sent with basic cGlhOmh1bnRlcjI= once', 'sent with basic *** once'],
    ['password=db.secret', 'password=***'],
    [`token ${JWT} end`, 'token *** end'],
    [
      'git clone https://ghp_abcdefghijklmnopqrst0123456789ABCDEF@github.com/x',
      'git clone https://***@github.com/x',
    ],
    ['train.py --db-password hunter2 --epochs 3', 'train.py --db-password *** --epochs 3'],
    ["CREATE USER pia IDENTIFIED BY 'hunter2'", "CREATE USER pia IDENTIFIED BY '***'"],
    ["ALTER ROLE pia PASSWORD 'it''s'", "ALTER ROLE pia PASSWORD '***'"],
    ["OPTIONS (url 'x', password 'hunter2')", "OPTIONS (url 'x', password '***')"],
    ['{"password": "hunter2", "a": 1}', '{"password": "***", "a": 1}'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', '***'],
  ])('%s', (text, clean) => expect(redactText(text).text).toBe(clean));

  it.each([
    'abfss://container@account.dfs.core.windows.net/path',
    'postgres://localhost:5432',
    'SELECT t.token, u.password FROM t JOIN u ON t.token = u.token WHERE secret IS NOT NULL',
    'https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python',
    's3://bucket/key@v1',
    'basic auth is documented elsewhere',
    'This table has basic information about a customer, and a digest computed nightly.',
    'SELECT u.id FROM users u JOIN sessions s ON u.session_token=s.session_token',
  ])('%s stays', (text) => expect(redactText(text).text).toBe(text));

  it('redacting twice changes nothing more', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (value) => {
        const body = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
        redact(body);
        const once = JSON.stringify(body);
        redact(body);
        expect(JSON.stringify(body)).toBe(once);
      }),
    );
  });

  it('long hostile texts take no time to speak of', () => {
    for (const text of [
      'a'.repeat(200_000),
      'password'.repeat(20_000),
      '://:'.repeat(50_000),
      'eyJ'.repeat(50_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(2_000),
    ]) {
      redactText(text);
    }
  });
});

it('what PostgreSQL cannot store in JSON is replaced, also in names', () => {
  const body: Record<string, unknown> = { a: 'x\0y', 'k\0': 'v', half: '\ud800' };
  expect(redact(body).map(({ path }) => path)).toEqual(['a', 'k\ufffd', 'half']);
  expect(body).toEqual({ a: 'x\ufffdy', 'k\ufffd': 'v', half: '\ufffd' });
});

it('nesting is measured, whatever its depth', () => {
  const deep = JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) as unknown;
  expect(isNestedWithin(deep, 100)).toBe(false);
  expect(isNestedWithin([[[1]]], 3)).toBe(true);
  expect(isNestedWithin([[[1]]], 2)).toBe(false);
});
