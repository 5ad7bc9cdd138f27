import { readFileSync } from 'node:fs';

/**
 * Reads a Dockerfile as far as ours goes. An instruction of another kind is an error, so that none is left out unseen.
 * @returns {{ name: string | undefined, base: string, steps: { instruction: string, text: string }[] }[]} its stages
 */
export function stagesOf(file) {
  const lines = readFileSync(file, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages = [];
  for (const line of lines) {
    const [, instruction, text] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') {
      const [, base, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(text);
      stages.push({ name, base, steps: [] });
    } else if (instruction === 'ARG' && stages.length === 0) continue;
    else stages.at(-1).steps.push({ instruction, text });
  }
  return stages;
}

/** Pairs of `ENV A=b C="d e"`. */
export function pairsOf(text) {
  return Object.fromEntries(
    [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, name, quoted, bare]) => [
      name,
      quoted ?? bare,
    ]),
  );
}

/** Whether a .dockerignore lets a path through. Source: docs.docker.com, "dockerignore files": the last pattern that matches decides. */
export function contextFilter(file) {
  const rules = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const pattern = line.replace(/^!/, '').replace(/[.+^${}()|[\]\\]/g, '\\$&');
      const source = pattern.replaceAll('**/', '§').replaceAll('*', '[^/]*').replaceAll('§', '(?:.*/)?');
      return { isKept: line.startsWith('!'), matches: new RegExp(`^${source}(?:/.*)?$`) };
    });
  return (path) => rules.findLast(({ matches }) => matches.test(path))?.isKept ?? true;
}
