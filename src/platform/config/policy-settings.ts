import { z } from 'zod';
import { commaList } from './values.js';

const BRANCH = /^(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)))[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}(?<![./])$/;
const FOLDER = /^(?:\.|(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+){0,15})$/;
/** 32 bytes in base64. */
const PUBLIC_KEY = /^[A-Za-z0-9+/]{43}=$/;

/** Settings of where policy files come from. Part of the whole in `config.ts`. */
export const POLICY_SETTINGS = {
  CAIRN_POLICY_DIR: z
    .string()
    .min(1)
    .default('policies')
    .describe(
      'Folder of the Casbin model and policy files. It is watched: a changed folder takes effect, if it is good.',
    ),
  CAIRN_POLICY_GIT_URL: z
    .string()
    .max(2_000)
    .refine((value) => isGitUrl(value), {
      error: 'must be a URL that starts with https://, ssh:// or file://, without a password in it',
    })
    .optional()
    .describe('Git remote to take policy files from, instead of CAIRN_POLICY_DIR. Needs the program git.'),
  CAIRN_POLICY_GIT_BRANCH: z
    .string()
    .regex(BRANCH, 'must be the name of a branch')
    .default('main')
    .describe('Branch of that remote.'),
  CAIRN_POLICY_GIT_PATH: z
    .string()
    .max(500)
    .regex(FOLDER, 'must be a folder of the repository, e.g. policies, or a dot for all of it')
    .default('policies')
    .describe('Folder of the policy files in that repository.'),
  CAIRN_POLICY_GIT_POLL_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(10)
    .describe('How often the remote is asked, in seconds.'),
  CAIRN_POLICY_GIT_CREDENTIALS: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/,
      'must be 1–100 lower-case letters, digits, ".", "_" or "-"',
    )
    .optional()
    .describe(
      'X for the files X/username and X/password, or X/ssh-key and X/known-hosts, in CAIRN_CREDENTIALS_DIR.',
    ),
  CAIRN_POLICY_GIT_REWRITES: z
    .stringbool()
    .default(false)
    .describe(
      'Whether a branch whose history was rewritten is taken. Without it that is refused, and shown.',
    ),
  CAIRN_POLICY_PUBLIC_KEYS: commaList(
    z.string().regex(PUBLIC_KEY, 'must be Ed25519 public keys as `cairn policy keygen` prints them'),
    16,
  )
    .optional()
    .describe(
      'Ed25519 public keys, with commas. With any, policy files must be signed by one of them, whatever way they come.',
    ),
  CAIRN_POLICY_APPLY: z
    .stringbool()
    .optional()
    .describe(
      'Whether administrators of policy may apply files beside the source. Default: only if that is a folder whose files need no signature.',
    ),
  CAIRN_POLICY_POLL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(2_000)
    .default(1_000)
    .describe(
      'How often each replica looks which version of the policy is live, and at a watched folder, in milliseconds.',
    ),
};

/** What the settings of policy contradict. */
export function problemsOfPolicy(config: {
  readonly CAIRN_POLICY_GIT_URL?: string | undefined;
  readonly CAIRN_POLICY_GIT_CREDENTIALS?: string | undefined;
}): string[] {
  return config.CAIRN_POLICY_GIT_CREDENTIALS !== undefined && config.CAIRN_POLICY_GIT_URL === undefined
    ? ['CAIRN_POLICY_GIT_CREDENTIALS: is of no use without CAIRN_POLICY_GIT_URL']
    : [];
}

function isGitUrl(value: string): boolean {
  if (!URL.canParse(value) || /[\s\p{C}]/u.test(value)) return false;
  const { protocol, password, hostname } = new URL(value);
  if (password !== '' || hostname.startsWith('-')) return false;
  return protocol === 'https:' || protocol === 'ssh:' || protocol === 'file:';
}
