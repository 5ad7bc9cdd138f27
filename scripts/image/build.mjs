import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contextFilter, pairsOf, stagesOf } from './dockerfile.mjs';

const command = (program, ...words) =>
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });

/** Where the base image looks for commands. */
export const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * A folder that looks like this machine's file system with the Node that runs this, and whose changes are in `changes`. Needs to be
 * alone in its mount namespace.
 */
function overlay(space, name) {
  const at = (folder) => path.join(space, name, folder);
  for (const folder of ['changes', 'work', 'root']) mkdirSync(at(folder), { recursive: true });
  command(
    'mount',
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=/,upperdir=${at('changes')},workdir=${at('work')}`,
    at('root'),
  );
  const root = at('root');
  command('mount', '--rbind', '/dev', path.join(root, 'dev'));
  command('mount', '-t', 'proc', 'proc', path.join(root, 'proc'));
  command('mount', '-t', 'tmpfs', 'tmpfs', path.join(root, 'tmp'));
  writeFileSync(path.join(root, 'usr/local/bin/node'), '');
  command('mount', '--bind', process.execPath, path.join(root, 'usr/local/bin/node'));
  return { root, changes: at('changes') };
}

/**
 * Builds the last stage of the Dockerfile in `context` over this machine's files instead of the base image's: what the steps do
 * is what they do in Docker.
 * @returns {{ root: string, changes: string, settings: object }} a folder to chroot into, what was added to it, and how it is to be run
 */
export function buildImage(context, space) {
  const isInContext = contextFilter(path.join(context, '.dockerignore'));
  const built = new Map();
  let image;
  for (const [place, { name = String(place), steps }] of stagesOf(
    path.join(context, 'Dockerfile'),
  ).entries()) {
    const { root, changes } = overlay(space, name);
    const settings = { workdir: '/', env: {}, volumes: [] };
    for (const { instruction, text } of steps) {
      process.stderr.write(`image: ${name}: ${instruction} ${text.slice(0, 90)}\n`);
      run[instruction]({ root, settings, text, built, context, isInContext });
    }
    image = { root, changes, settings };
    built.set(name, image);
  }
  return image;
}

/** What each instruction does. */
const run = {
  LABEL: () => undefined,
  EXPOSE: () => undefined,
  STOPSIGNAL: ({ settings, text }) => (settings.stopSignal = text),
  USER: ({ settings, text }) => (settings.user = text),
  VOLUME: ({ settings, text }) => settings.volumes.push(text),
  ENV: ({ settings, text }) => Object.assign(settings.env, pairsOf(text)),
  CMD: ({ settings, text }) => (settings.command = JSON.parse(text)),
  HEALTHCHECK: ({ settings, text }) =>
    (settings.healthcheck = JSON.parse(text.slice(text.indexOf('CMD ') + 4))),
  WORKDIR({ root, settings, text }) {
    settings.workdir = text;
    mkdirSync(path.join(root, text), { recursive: true });
  },
  RUN({ root, settings: { workdir }, text }) {
    command('chroot', root, '/usr/bin/env', `PATH=${IMAGE_PATH}`, '/bin/sh', '-ec', `cd ${workdir}; ${text}`);
  },
  COPY({ root, settings, text, built, context, isInContext }) {
    const words = text.split(/\s+/);
    const from = words[0].startsWith('--from=')
      ? built.get(words.shift().slice('--from='.length))
      : undefined;
    const target = path.resolve('/', settings.workdir, words.at(-1));
    const isFolder = words.at(-1).endsWith('/') || words.length > 2;
    for (const word of words.slice(0, -1)) {
      const source = from ? path.join(from.root, word) : path.join(context, word);
      if (!existsSync(source)) throw new Error(`COPY ${text}: there is no ${word}`);
      const isTree = statSync(source).isDirectory();
      const to = path.join(root, target, isFolder && !isTree ? path.basename(source) : '');
      mkdirSync(isTree ? to : path.dirname(to), { recursive: true });
      const filter = (file) =>
        from !== undefined || file === context || isPassable(isInContext, path.relative(context, file), file);
      cpSync(source, to, { recursive: true, filter, verbatimSymlinks: true });
    }
  },
};

/** A folder that is not let through may hold what is. */
function isPassable(isInContext, relative, file) {
  return (
    isInContext(relative) ||
    (!/(^|\/)(node_modules|dist|\.git|\.cairn)$/.test(relative) && statSync(file).isDirectory())
  );
}
