import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { MANIFEST_FILE, readPolicyFolder, SIGNATURE_FILE } from './policy-folder.js';

interface SignOptions {
  readonly key: string;
  readonly sequence?: number;
}

/** `policy sign` and `policy keygen`; both ask no service. @param policy the command that they stand under */
export function addSign(policy: Command, open: () => Session): void {
  policy
    .command('keygen')
    .description(
      'make an Ed25519 key to sign policies with, and print its public half for CAIRN_POLICY_PUBLIC_KEYS',
    )
    .requiredOption('--out <file>', 'where the private key goes; it must not be there yet')
    .action(async ({ out }: { out: string }) => {
      const { io, output } = open();
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
      await writeFile(path.resolve(io.cwd, out), pem, { mode: 0o600, flag: 'wx' }).catch(
        (error: NodeJS.ErrnoException) => {
          throw new UsageError(`${out}: cannot be made (${error.code})`);
        },
      );
      const text = publicText(publicKey);
      output.result({ publicKey: text, name: keyName(text) }, text);
    });

  policy
    .command('sign')
    .description(`write ${MANIFEST_FILE} and ${SIGNATURE_FILE} for the policy files of a folder`)
    .argument('<folder>')
    .requiredOption('--key <file>', 'the private key, as `policy keygen` makes it')
    .option(
      '--sequence <number>',
      'must be higher each time; one more than that of the manifest that is there by default',
      wholeNumber('--sequence', 1, Number.MAX_SAFE_INTEGER),
    )
    .action(async (folder: string, options: SignOptions) => {
      const { io, output } = open();
      const key = await privateKeyIn(path.resolve(io.cwd, options.key), options.key);
      const { files, manifest: before } = await readPolicyFolder(io.cwd, folder);
      const sequence = options.sequence ?? sequenceOf(before) + 1;
      const manifest = `${JSON.stringify(
        {
          format: 1,
          sequence,
          createdAt: new Date().toISOString(),
          files: files.map(({ path: file, text }) => ({
            path: file,
            sha256: createHash('sha256').update(text, 'utf8').digest('hex'),
            bytes: Buffer.byteLength(text, 'utf8'),
          })),
        },
        undefined,
        2,
      )}\n`;
      const signature = `${sign(null, Buffer.from(manifest), key).toString('base64')}\n`;
      await replace(path.resolve(io.cwd, folder, MANIFEST_FILE), manifest);
      await replace(path.resolve(io.cwd, folder, SIGNATURE_FILE), signature);
      const signedBy = keyName(publicText(createPublicKey(key)));
      const text = `${files.length} files are signed as number ${sequence} by ${signedBy}.`;
      output.result({ sequence, files: files.length, signedBy }, text);
    });
}

async function privateKeyIn(file: string, shown: string): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${shown}: cannot be read (${error.code})`);
  });
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // told below
  }
  throw new UsageError(`${shown}: is no Ed25519 private key; make one by \`cairn policy keygen\``);
}

function sequenceOf(manifest: string | undefined): number {
  if (manifest === undefined) return 0;
  try {
    const { sequence } = JSON.parse(manifest) as { sequence?: unknown };
    if (typeof sequence === 'number' && Number.isSafeInteger(sequence)) return sequence;
  } catch {
    // told below
  }
  throw new UsageError(`${MANIFEST_FILE} cannot be read; give --sequence`);
}

/** Never half a file where a service may be looking. */
async function replace(file: string, text: string): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.new`);
  await writeFile(beside, text);
  await rename(beside, file);
}

function publicText(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

function keyName(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}
