/** A step of a compiled glob. `fork` and `untilSlash` together mean "zero or more whole folders". */
type Step = { readonly char: string } | 'segment' | 'any' | 'fork' | 'untilSlash';

/** A piece of a glob as written: literal text, `*`, a final `**`, or `**` followed by a slash. */
export type GlobPart = { readonly literal: string } | 'segment' | 'any' | 'folders';

/** A parsed glob; see {@link parseGlob} for what it means. */
export interface Glob {
  readonly source: string;
  readonly parts: readonly GlobPart[];
  /** The literal text before the first wildcard. */
  readonly prefix: string;
  /** Whether the glob has no wildcard, so that only `source` itself matches. */
  readonly isExact: boolean;
  readonly steps: readonly Step[];
}

/** Longest glob, in characters, and most wildcards in one. */
export const GLOB_LIMITS = { length: 512, wildcards: 16 } as const;

/**
 * Parses a glob with two wildcards: `*` is any text without a slash, empty included; `**` is any text at all and stands
 * alone between slashes (`a/**` is everything inside `a/`, `**\/b` is `b` at any depth). All else is literal,
 * case-sensitive. Not picomatch: its `**` skips names with `.` and `..` segments or line breaks, and a deny rule on
 * `**` must match every name there is.
 * @returns the glob, or a sentence saying what is wrong
 */
export function parseGlob(source: string): Glob | string {
  if (source.length === 0) return 'a glob must not be empty';
  if (source.length > GLOB_LIMITS.length) return `a glob has at most ${GLOB_LIMITS.length} characters`;
  const odd = /[?[\]{}()!\\",#\p{Cc}]/u.exec(source);
  if (odd !== null) return `"${odd[0]}" has no meaning in a glob; only * and ** are wildcards`;

  const parts: GlobPart[] = [];
  const segments = source.split('/');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '**') {
      if (segments[index - 1] === '**') return `"**/**" in "${source}" says no more than "**"`;
      parts.push(isLast ? 'any' : 'folders');
      continue;
    }
    if (segment.includes('**')) return `"**" in "${source}" must stand alone between slashes`;
    for (const [position, literal] of segment.split('*').entries()) {
      if (position > 0) parts.push('segment');
      if (literal !== '') parts.push({ literal });
    }
    if (!isLast) parts.push({ literal: '/' });
  }
  if (parts.filter((part) => typeof part === 'string').length > GLOB_LIMITS.wildcards) {
    return `a glob has at most ${GLOB_LIMITS.wildcards} wildcards`;
  }
  return compile(source, joinLiterals(parts));
}

/** Whether the whole of `text` matches. Linear in `text` times `glob`, whatever they hold. */
export function globMatches(glob: Glob, text: string): boolean {
  if (glob.isExact) return text === glob.source;
  if (!text.startsWith(glob.prefix)) return false;
  const last = glob.parts.at(-1);
  if (last === 'any' && glob.parts.length <= (glob.prefix === '' ? 1 : 2)) return true;
  return simulate(glob.steps, text);
}

/**
 * The glob as an anchored regular expression in the subset that PostgreSQL (ARE) and JavaScript (flag `s`) read
 * alike. Every character that is not a letter, digit or underscore is escaped or beyond ASCII.
 */
export function globToRegex(glob: Glob): string {
  const body = glob.parts.map((part) => {
    if (part === 'segment') return '[^/]*';
    if (part === 'any') return '.*';
    if (part === 'folders') return '(?:.*/)?';
    return part.literal.replace(/[!-/:-@[-^`{-~]/g, '\\$&');
  });
  return `^${body.join('')}$`;
}

/** The glob as a pattern for LIKE that matches all that the glob does and maybe more: its wildcards do not stop at slashes. */
export function globToLike(glob: Glob): string {
  return glob.parts
    .map((part) => (typeof part === 'string' ? '%' : part.literal.replace(/[\\%_]/g, '\\$&')))
    .join('');
}

function joinLiterals(parts: readonly GlobPart[]): GlobPart[] {
  const joined: GlobPart[] = [];
  for (const part of parts) {
    const previous = joined.at(-1);
    if (typeof part === 'object' && typeof previous === 'object') {
      joined[joined.length - 1] = { literal: previous.literal + part.literal };
    } else {
      joined.push(part);
    }
  }
  return joined;
}

function compile(source: string, parts: readonly GlobPart[]): Glob {
  const first = parts[0];
  const steps = parts.flatMap((part): Step[] => {
    if (part === 'folders') return ['fork', 'untilSlash'];
    if (typeof part === 'string') return [part];
    return part.literal.split('').map((char) => ({ char }));
  });
  return {
    source,
    parts,
    prefix: typeof first === 'object' ? first.literal : '',
    isExact: parts.every((part) => typeof part === 'object'),
    steps,
  };
}

/** Runs all alternatives side by side, so that no pattern can make it backtrack. */
function simulate(steps: readonly Step[], text: string): boolean {
  let states = new Set<number>();
  enter(steps, 0, states);
  for (let index = 0; index < text.length && states.size > 0; index += 1) {
    const char = text[index];
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === undefined) continue;
      if (step === 'any' || (step === 'segment' && char !== '/')) enter(steps, state, next);
      if (step === 'untilSlash') {
        next.add(state);
        if (char === '/') enter(steps, state + 1, next);
      }
      if (typeof step === 'object' && step.char === char) enter(steps, state + 1, next);
    }
    states = next;
  }
  return states.has(steps.length);
}

/** Adds a state and all that can be reached from it without reading a character. */
function enter(steps: readonly Step[], state: number, into: Set<number>): void {
  if (into.has(state)) return;
  into.add(state);
  const step = steps[state];
  if (step === 'any' || step === 'segment') enter(steps, state + 1, into);
  if (step === 'fork') {
    enter(steps, state + 1, into);
    enter(steps, state + 2, into);
  }
}
