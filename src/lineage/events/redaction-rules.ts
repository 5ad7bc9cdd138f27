/** Last words of names whose values are secrets, with separators and case taken out. */
const SECRET_NAME =
  /(?:password|passwd|passphrase|pwd|secret|secretkey|secretaccesskey|accesskey|accesskeyid|apikey|privatekey|signingkey|encryptionkey|accountkey|sharedkey|authkey|masterkey|subscriptionkey|hmackey|sshkey|sastoken|accesssignature|token|jwt|bearer|authorization|credential|credentials|secrets|passwords|passcode|tokens|apikeys|cookie|setcookie|connectionstring|webhookurl|(?:db|user|admin|root|login|proxy|smtp|redis|mysql|pg|postgres)pass)(?:value|text|plain|\d{1,3})?$/;

/** Names that end like one of the above and are none. */
const HARMLESS_NAME =
  /(?:pagetoken|nexttoken|maxtokens|numtokens|totaltokens|prompttokens|completiontokens|continuationtoken)$/;

const MAX_REMEMBERED = 20_000;
const remembered = new Map<string, boolean>();

/** Whether a key, variable or parameter of this name holds a secret: `dbPassword`, `AWS_SECRET_ACCESS_KEY`, `x-api-key`. */
export function isSecretName(name: string): boolean {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const plain = name
    .slice(-200)
    .replace(/[^A-Za-z0-9]/g, '')
    .toLowerCase();
  const isSecret = SECRET_NAME.test(plain) && !HARMLESS_NAME.test(plain);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  if (name.length <= 200) remembered.set(name, isSecret);
  return isSecret;
}

/** Names that are assigned a secret within a text; a prefix may stand before, as in `fs.s3a.secret.key`. */
const ASSIGNED_WORD =
  '(?:password|passwd|passphrase|pwd|secret[_.-]?key|secret[_.-]?access[_.-]?key|secret|access[_.-]?key(?:[_.-]?id)?|api[_.-]?key|account[_.-]?key|access[_.-]?token|auth[_.-]?token|token|x-amz-signature|x-amz-credential|x-amz-security-token|sig)';
const ASSIGNED_NAME = `[\\w.-]{0,60}?${ASSIGNED_WORD}`;

/** A form that a secret takes within a text. Every pattern runs in time linear in the text. */
interface TextRule {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** In this order. Groups keep what is not secret, so that a redacted name still tells which system it names. */
const TEXT_RULES: readonly TextRule[] = [
  {
    rule: 'private key',
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[^]){0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
    replacement: '***',
  },
  {
    rule: 'credentials in a URL',
    // A user alone is no secret: in abfss://container@account it names data.
    // A password may hold what it should not; a port followed by a path is none.
    pattern:
      /(\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/?#@:'"<>]{0,200}:)(?:[^\s/?#'"<>]{1,500}@|(?!\d{1,5}[/?#,;])[^\s'"<>]{1,500}?@)/gi,
    replacement: '$1***@',
  },
  {
    rule: 'credentials in a URL',
    pattern: /(\bhttps?:\/\/)[\w.~%+-]{20,500}@/gi,
    replacement: '$1***@',
  },
  {
    rule: 'credentials in a URL',
    pattern: /(\bjdbc:oracle:\w{1,10}:[^\s/@:'"]{1,100}\/)[^\s'"]{1,200}?@/gi,
    replacement: '$1***@',
  },
  {
    rule: 'JSON web token',
    pattern: /\beyJ[\w-]{8,2000}(?:\.[\w-]{0,8000}){1,4}/g,
    replacement: '***',
  },
  {
    rule: 'authorization header',
    pattern: /\b(Bearer|(?<=Authorization\W{1,8})(?:Basic|Negotiate|Digest)) +[\w+/=.~-]{8,4000}/gi,
    replacement: '$1 ***',
  },
  {
    rule: 'authorization header',
    // A word follows where prose speaks of basic information, or of a digest.
    pattern:
      /\b([Bb]asic|BASIC|[Nn]egotiate|NEGOTIATE|[Dd]igest|DIGEST) +(?!(?:[A-Z]?[a-z]+|[A-Z]+)(?:-[a-z]+)*\.?(?![\w+/=.~-]))[\w+/=.~-]{8,4000}/g,
    replacement: '$1 ***',
  },
  { rule: 'AWS access key', pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b/g, replacement: '***' },
  {
    rule: 'AWS secret key',
    pattern: /(aws_secret_access_key\s{0,3}[=:]\s{0,3})[\w/+]{40}/gi,
    replacement: '$1***',
  },
  {
    rule: 'token of a known service',
    pattern:
      /\b(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}|xox[abeoprs]-[\w-]{10,250}|sk-[\w-]{20,200}|AIza[\w-]{35}|dapi[0-9a-f]{32}|hvs\.[\w-]{24,200}|npm_\w{36}|pypi-[\w-]{50,250})/g,
    replacement: '***',
  },
  {
    rule: 'secret in a connection string',
    // Not where SQL compares two tables' columns of that name.
    pattern: new RegExp(
      `\\b([\\w.-]{0,60}?(${ASSIGNED_WORD})=)(?!\\*\\*\\*)(?!\\w{1,60}\\.\\w{0,60}?\\2(?![\\w.]))[^\\s"'&;,)}\\]]{2,2000}`,
      'gi',
    ),
    replacement: '$1***',
  },
  {
    rule: 'secret in an assignment',
    pattern: new RegExp(
      `\\b(${ASSIGNED_NAME}\\\\{0,7}["']?\\s{0,3}[=:]?\\s{0,3})(\\\\{0,7}["'])(?!\\*\\*\\*)(?:(?!\\2)[^\\n]){1,2000}\\2`,
      'gi',
    ),
    replacement: '$1$2***$2',
  },
  {
    rule: 'secret in a command line',
    pattern:
      /(--?[\w-]{0,40}(?:password|passwd|secret|token|api-?key)\s{1,3}["']?)(?!\*\*\*)[^\s"'-][^\s"']{1,2000}/gi,
    replacement: '$1***',
  },
  {
    rule: 'password in a statement',
    pattern:
      /\b((?:IDENTIFIED\s{1,3}BY|(?:ENCRYPTED\s{1,3})?PASSWORD)\s{1,3})(?:'(?:[^']|''){1,2000}'|"[^"]{1,2000}")/gi,
    replacement: "$1'***'",
  },
];

/** One quick look that most texts end with. */
const HINT =
  /:\/\/|eyJ|AKIA|ASIA|AROA|AIDA|PRIVATE KEY|bearer|basic|negotiate|digest|pass|pwd|secret|token|key|sig|gh[pousr]_|github_pat|glpat|xox|sk-|AIza|dapi|hvs\.|npm_|pypi-|identified|credential|jdbc:oracle/i;

const MAX_CLEAN_CHARS = 300;

/** Short texts in which nothing was found; producers send the same ones with every event. Never a text with a secret. */
const knownClean = new Set<string>();

/**
 * Takes secrets out of a text.
 * @returns the text, and the first rule that applied; undefined when nothing was found
 */
export function redactText(text: string): { text: string; rule: string | undefined } {
  if (knownClean.has(text) || !HINT.test(text)) return { text, rule: undefined };
  let clean = text;
  let first: string | undefined;
  for (const { rule, pattern, replacement } of TEXT_RULES) {
    const next = clean.replace(pattern, replacement);
    if (next !== clean) first ??= rule;
    clean = next;
  }
  if (first === undefined && text.length <= MAX_CLEAN_CHARS) {
    if (knownClean.size >= MAX_REMEMBERED) knownClean.clear();
    knownClean.add(text);
  }
  return { text: clean, rule: first };
}
