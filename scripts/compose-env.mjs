/**
 * `node scripts/compose-env.mjs`: writes the secrets of docker-compose.yml, new and random, to .env, for its owner's eyes only. Variables
 * that are there already stay as they are, so it can be run again after an upgrade.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SECRETS = ['POSTGRES_PASSWORD', 'OBJECTS_SECRET_KEY', 'CAIRN_ADMIN_TOKEN', 'CAIRN_SECRET_KEY'];

const file = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../.env'));
const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
const missing = SECRETS.filter((name) => !new RegExp(`^${name}=.`, 'm').test(present));
const lines = missing.map((name) => `${name}=${randomBytes(24).toString('hex')}\n`).join('');
const separator = present === '' || present.endsWith('\n') ? '' : '\n';
writeFileSync(file, `${present}${separator}${lines}`, { mode: 0o600 });
chmodSync(file, 0o600);
console.log(missing.length === 0 ? `${file} has all of them` : `wrote ${missing.join(', ')} to ${file}`);
