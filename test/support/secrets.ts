import fc from 'fast-check';

/** JSON with a secret in it. */
export interface Planted {
  readonly value: unknown;
  /** What must not be found afterwards: pieces of it. */
  readonly secrets: readonly string[];
}

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const secretOf = (length: number, alphabet = ALPHABET) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((c) => c.join(''));
/** Such as no other text of a test holds. */
const SECRET = fc.integer({ min: 20, max: 60 }).chain((length) => secretOf(length));

const NAMES = [
  ...['password', 'passwd', 'passphrase', 'pwd', 'secret', 'token', 'authorization', 'credentials', 'cookie'],
  ...[
    'secret key',
    'secret access key',
    'access key',
    'api key',
    'private key',
    'account key',
    'signing key',
  ],
  ...['access token', 'sas token', 'auth key', 'connection string', 'client secret', 'db pass', 'password 2'],
].map((name) => name.split(' '));
const PREFIXES = [[], ['db'], ['aws'], ['spark', 'hadoop', 'fs', 's3a'], ['x'], ['My', 'App'], ['database']];
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const STYLES: readonly ((words: readonly string[]) => string)[] = [
  (words) => words.map((word, i) => (i === 0 ? word : capital(word))).join(''),
  (words) => words.map(capital).join(''),
  (words) => words.join('_'),
  (words) => words.join('_').toUpperCase(),
  (words) => words.join('-'),
  (words) => words.join('.'),
  (words) => words.join(' '),
];

/** Names that say of their value that it is a secret, in the spellings of all kinds of programs. */
export const secretName: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...PREFIXES), fc.constantFrom(...NAMES), fc.constantFrom(...STYLES))
  .map(([prefix, name, style]) => style([...prefix, ...name]));

const byName: fc.Arbitrary<Planted> = fc
  .record({
    name: secretName,
    secret: fc.oneof(SECRET, fc.string({ minLength: 12, maxLength: 30 })),
    as: fc.nat(5),
  })
  .map(({ name, secret: text, as }) => {
    const secret = `s3cret${text.replace(/[^\x20-\x7e]|["\\]/g, '')}`;
    const value = [
      { [name]: secret },
      { [name]: [secret, 'x'] },
      { [name]: { of: { any: [{ depth: secret }] } } },
      { name, value: secret },
      { Key: name, Value: secret },
      { argv: ['run', `--${name}`, secret] },
    ][as];
    return { value, secrets: [secret.slice(0, 9), secret.slice(-9)] };
  });

/** Forms that tell a secret in the middle of a text. */
const FORMS: readonly ((secret: string) => string)[] = [
  (s) => `postgres://pia:${s}@db:5432/shop`,
  (s) => `mongodb+srv://pia:${s.slice(0, 9)}/${s.slice(9)}@cluster0.example.net/?retryWrites=true`,
  (s) => `amqp://pia:${s.slice(0, 9)}@${s.slice(9)}@rabbit:5672`,
  (s) => `https://${s}@git.example.com/team/repo.git`,
  (s) => `jdbc:postgresql://db/shop?user=pia&password=${s}&ssl=true`,
  (s) => `jdbc:sqlserver://db:1433;databaseName=shop;user=pia;password=${s};encrypt=true`,
  (s) => `jdbc:mysql://pia:${s}@db/shop`,
  (s) => `jdbc:oracle:thin:scott/${s}@//db:1521/shop`,
  (s) => `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${s}==;EndpointSuffix=core.windows.net`,
  (s) => `https://b.s3.amazonaws.com/k?X-Amz-Credential=${s}&X-Amz-Signature=${s}`,
  (s) => `https://a.blob.core.windows.net/c?sv=2024&sig=${s}%3D`,
  (s) => `[default]\naws_secret_access_key = ${s.padEnd(40, s).slice(0, 40)}\n`,
  (s) =>
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,1F\n\n${s}\n-----END RSA PRIVATE KEY-----`,
  (s) => `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${s}\n-----END PGP PRIVATE KEY BLOCK-----`,
  (s) => `eyJhbGciOiJIUzI1NiJ9.${s}.${s}`,
  (s) => `eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..${s}.${s}.${s}`,
  (s) => `curl -H "Authorization: Bearer ${s}" https://example.com`,
  (s) => `Authorization: Basic ${s}=`,
  (s) => `ghp_${s.padEnd(36, 'x')}`,
  (s) => `xoxb-${s}`,
  (s) => `train.py --db-password ${s} --epochs 3`,
  (s) => `DB_PASSWORD=${s} python etl.py`,
  (s) => `CREATE USER pia IDENTIFIED BY '${s}'`,
  (s) => `CREATE SECRET x (TYPE s3, KEY_ID 'k', SECRET '${s}')`,
  (s) => JSON.stringify({ db: { password: s } }),
  (s) => JSON.stringify({ conf: JSON.stringify({ apiKey: s }) }),
  (s) => `org.apache.kafka.common.security.plain.PlainLoginModule required username="pia" password="${s}";`,
];

const accessKey: fc.Arbitrary<Planted> = secretOf(16, [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567']).map(
  (text) => ({
    value: `key AKIA${text} here`,
    secrets: [text],
  }),
);

const byForm: fc.Arbitrary<Planted> = fc.oneof(
  accessKey,
  fc
    .record({ secret: SECRET, form: fc.constantFrom(...FORMS), around: fc.constantFrom('', 'see ', '("') })
    .map(({ secret, form, around }) => ({
      value: around + form(secret),
      secrets: [secret.slice(0, 9), secret.slice(-9)],
    })),
);

/** A secret by its name or its form; of the latter also where a name belongs. */
export const planted: fc.Arbitrary<Planted> = fc.oneof(
  byName,
  byForm,
  byForm.map(({ value, secrets }) => ({ value: { [String(value)]: 1 }, secrets })),
);

/** Text that looks a little like a secret, and is none. */
export const harmlessText: fc.Arbitrary<string> = fc.constantFrom(
  'SELECT t.token, u.password FROM t JOIN u ON t.token = u.token WHERE secret IS NOT NULL',
  'abfss://container@account.dfs.core.windows.net/path',
  'http://registry:5000/team/image@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'mongodb://h1:27017,h2:27017/shop?replicaSet=rs0',
  'jdbc:trino://coordinator:8443/hive/web',
  'jdbc:oracle:thin:@//db:1521/shop',
  's3://bucket/keys/token/part-0000.parquet@v1',
  'https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python',
  '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'arn:aws:iam::123456789012:role/etl',
  'passengers who kept their tokens',
  'pia@example.com',
);

export const harmlessName: fc.Arbitrary<string> = fc.constantFrom(
  ...[
    'name',
    'namespace',
    'nextPageToken',
    'max_tokens',
    'token_count',
    'passenger',
    'primary_key',
    'compass',
  ],
  ...['passed', 'keys', 'secretary', 'sortKey', 'bypass', 'partition-key', 'user', 'url', 'query', '0'],
);

/** JSON without secrets. */
export const harmless: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(harmlessText, fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(harmlessName, tie('any'), { maxKeys: 4 }),
  ),
})).any;
