import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { loadBundle } from '../../../src/policy/bundle/load-bundle.js';
import { PolicyFolder, signed } from '../policy-folder.js';
import type { Dice } from '../faults/dice.js';

/** Who is asked about. */
export const SUBJECTS = ['user:s0', 'user:s1', 'user:s2', 'user:s3'] as const;

/** A whole folder: policy, manifest, signature. */
export type Contents = ReadonlyMap<string, string>;

/** What a version answers about each subject. */
export interface Answer {
  readonly allowed: boolean;
  readonly rules: readonly string[];
}

/** A good bundle, and what it must answer. */
export interface Good {
  readonly version: string;
  readonly sequence: number;
  readonly contents: Contents;
  readonly answers: ReadonlyMap<string, Answer>;
}

/** A bundle that must not be taken, and the refusal that must name why. */
export interface Bad {
  readonly contents: Contents;
  readonly refusal: string;
}

export const OURS = generateKeyPairSync('ed25519');
const THEIRS = generateKeyPairSync('ed25519');
const BASE = new PolicyFolder();
const BASE_FILES = BASE.files();
BASE.delete();

/** Every bundle has rules of its own names, so that an answer tells by which version it was given. */
export function goodBundle(sequence: number, random: Dice): Good {
  const answers = new Map<string, Answer>();
  const lines = SUBJECTS.flatMap((subject, at) => {
    const line = (id: string, effect: string) =>
      `p, ${id}, ${subject}, external, dataset/**, list, *, -, ${effect}`;
    const [allow, deny] = [`A${sequence}-${at}`, `D${sequence}-${at}`];
    switch (random.below(3)) {
      case 0:
        answers.set(subject, { allowed: false, rules: [] });
        return [];
      case 1:
        answers.set(subject, { allowed: true, rules: [allow] });
        return [line(allow, 'allow')];
      default:
        answers.set(subject, { allowed: false, rules: [deny] });
        return [line(allow, 'allow'), line(deny, 'deny')];
    }
  });
  const mark = `p, M${sequence}, user:mark, external, dataset/**, list, *, -, allow`;
  const files = [...BASE_FILES, { path: 'probes/rules.csv', text: `${[mark, ...lines].join('\n')}\n` }];
  return { version: loadBundle(files).version, sequence, contents: proven(files, sequence), answers };
}

/** What may be wrong with a bundle that somebody hands in. */
export const DAMAGES = [
  'corrupt',
  'case',
  'truncated',
  'manifest',
  'unsigned',
  'wrongly signed',
  'stray',
  'replayed',
  'lost',
] as const;
export type Damage = (typeof DAMAGES)[number];

/** @param good a new one, that is damaged @param earlier one that was live before */
export function badBundle(damage: Damage, good: Good, earlier: Good): Bad {
  const { contents, sequence } = good;
  const files = policyOf(contents);
  switch (damage) {
    case 'corrupt':
      return {
        refusal: 'bundle',
        contents: proven([...files, { path: 'x.csv', text: `p, X${sequence}, too short\n` }], sequence),
      };
    case 'case': {
      const text = `- {sentence: nobody is everybody ${sequence}, subject: "user:nobody", action: write, namespace: external, kind: dataset, name: d, expect: {allowed: true}}\n`;
      return {
        refusal: 'bundle',
        contents: proven([...files, { path: 'tests/probe.yaml', text }], sequence),
      };
    }
    case 'truncated': {
      const text = contents.get('probes/rules.csv')!;
      return {
        refusal: 'changed-file',
        contents: new Map(contents).set('probes/rules.csv', text.slice(0, text.length / 2)),
      };
    }
    case 'manifest': {
      const text = contents.get('manifest.json')!;
      return {
        refusal: 'signature',
        contents: new Map(contents).set('manifest.json', text.slice(0, text.length / 2)),
      };
    }
    case 'unsigned':
      return { refusal: 'unsigned', contents: without(contents, 'manifest.sig') };
    case 'wrongly signed':
      return { refusal: 'signature', contents: proven(files, sequence, THEIRS.privateKey) };
    case 'stray':
      return {
        refusal: 'unlisted-file',
        contents: new Map(contents).set('extra.csv', `p, E${sequence}, user:s0, *, **, *, *, -, allow\n`),
      };
    case 'replayed':
      return { refusal: 'replayed', contents: earlier.contents };
    case 'lost':
      return { refusal: 'missing-file', contents: without(contents, 'probes/rules.csv') };
  }
}

/** The files of the policy among the contents of a folder. */
export function policyOf(contents: Contents): { path: string; text: string }[] {
  return [...contents]
    .filter(([path]) => !path.startsWith('manifest.'))
    .map(([path, text]) => ({ path, text }));
}

function proven(
  files: readonly { path: string; text: string }[],
  sequence: number,
  key: KeyObject = OURS.privateKey,
): Contents {
  const { manifest, signature } = signed(files, sequence, key);
  const all = new Map(files.map(({ path, text }) => [path, text]));
  return all.set('manifest.json', manifest).set('manifest.sig', signature);
}

function without(contents: Contents, path: string): Contents {
  const left = new Map(contents);
  left.delete(path);
  return left;
}
