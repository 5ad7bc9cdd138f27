import { placeOf } from './format-findings.js';
import type { toolkit } from './bundle-directory.js';

type Flips = ReturnType<Awaited<ReturnType<typeof toolkit>>['flipsOf']>;

/** A line that two policies do not have in common. */
export interface LineChange {
  readonly kind: string;
  readonly change: string;
  readonly what: string;
  readonly file: string;
  readonly line: number;
  readonly columns: readonly {
    readonly name: string;
    readonly before?: string | null | undefined;
    readonly after?: string | null | undefined;
  }[];
}

interface Answer {
  readonly allowed: boolean;
  readonly rules: readonly string[];
  readonly reason: string;
  readonly masks: readonly string[];
  readonly filters: readonly string[];
}

/** What the service says of two policies. */
export interface PolicyDifference {
  readonly before: string;
  readonly after: string;
  readonly lines: readonly LineChange[];
  readonly lineTotal: number;
  readonly access: readonly {
    readonly kind: string;
    readonly actions: readonly string[];
    readonly principals: readonly string[];
    readonly principalTotal: number;
    readonly mask: {
      readonly tag: string;
      readonly before: string | null;
      readonly after: string | null;
    } | null;
    readonly filter: { readonly removed: readonly string[]; readonly added: readonly string[] } | null;
    readonly askedAs: string;
    readonly total: number;
    readonly assets: readonly {
      readonly asset: { readonly namespace: string; readonly kind: string; readonly name: string };
      readonly before: Answer;
      readonly after: Answer;
    }[];
  }[];
  readonly accessTotal: number;
  readonly system: readonly {
    readonly object: string;
    readonly principals: readonly string[];
    readonly principalTotal: number;
    readonly before: Answer;
    readonly after: Answer;
  }[];
  readonly isComplete: boolean;
}

const SIGNS: Readonly<Record<string, string>> = { added: '+', removed: '-', changed: '~' };

/** The lines first, then who gains and loses by them. @param directory of the new policy */
export function formatDifference(directory: string, difference: PolicyDifference): string {
  const { lines, lineTotal, access, accessTotal, system } = difference;
  if (lineTotal === 0) return 'Nothing differs.';
  const sections = [
    formatLines(directory, lines) + more(lineTotal - lines.length),
    ...system.map(({ object, principals, principalTotal, before, after }) => {
      const kind = after.allowed ? 'gained' : 'lost';
      return `${kind}: administer ${object}\n${whom(principals, principalTotal)}\n${answers(before, after)}`;
    }),
    ...access.map((each) => {
      const { kind, actions, principals, principalTotal, askedAs, total, assets } = each;
      return [
        `${kind}: ${actions.join(', ')} of ${total} asset${total === 1 ? '' : 's'}${otherwise(each)}`,
        whom(principals, principalTotal) + (principals.length > 1 ? `; as ${askedAs}:` : ''),
        ...assets.map(
          ({ asset, before, after }) =>
            `    ${asset.kind}/${asset.name} in ${asset.namespace}: ${verdict(before)} → ${verdict(after)}`,
        ),
        ...(total > assets.length ? [`    and ${total - assets.length} more`] : []),
      ].join('\n');
    }),
  ];
  if (access.length + system.length === 0) sections.push('Nobody gains or loses anything that there is now.');
  return sections.join('\n\n') + more(accessTotal - access.length);
}

/** `~ R-001 (policies/roles.csv:9): act read → *`. @param former folder of lines that are gone, when it is another */
export function formatLines(directory: string, lines: readonly LineChange[], former = directory): string {
  return lines
    .map(({ change, what, file, line, columns }) => {
      const place = placeOf(change === 'removed' ? former : directory, file, line);
      const shown = columns.map(({ name, before, after }) =>
        change === 'changed' ? `${name} ${before} → ${after}` : `${name} ${after ?? before}`,
      );
      return `${SIGNS[change]} ${what} (${place})${shown.length === 0 ? '' : `: ${shown.join(', ')}`}`;
    })
    .join('\n');
}

/** Cells of matrices and cases, by who asks. */
export function formatCellFlips(flips: Flips): string {
  const bySubject = new Map<string, string[]>();
  for (const { request, before, after } of flips) {
    const { subject, groups = [], action, kind, name, namespace, tags, context } = request;
    const said = Object.entries(context).flatMap(([key, value]) =>
      key === 'now' ? [] : [`${key}=${value}`],
    );
    const who = `${[subject, ...groups].join(', ')}${said.length === 0 ? '' : ` (${said.join(', ')})`}`;
    const tagged = tags.length === 0 ? '' : ` tagged ${tags.join(', ')}`;
    const line = `    ${action} ${kind}/${name} in ${namespace}${tagged}: ${verdict(before)} → ${verdict(after)}`;
    bySubject.set(who, [...(bySubject.get(who) ?? []), line]);
  }
  return [...bySubject].map(([who, lines]) => [`  ${who}`, ...lines].join('\n')).join('\n');
}

function whom(principals: readonly string[], total: number): string {
  const rest = total - principals.length;
  return `  ${principals.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function answers(before: Answer, after: Answer): string {
  return `    ${verdict(before)} → ${verdict(after)}`;
}

function verdict({ allowed, rules, masks, filters }: Answer): string {
  const by = rules.length === 0 ? '' : ` by ${rules.join(', ')}`;
  const under = [...masks, ...filters.map((filter) => `rows where ${filter}`)];
  return `${allowed ? 'allowed' : 'denied'}${by}${under.length === 0 ? '' : ` (${under.join(', ')})`}`;
}

/** How values or rows are seen otherwise. */
function otherwise({ mask, filter }: PolicyDifference['access'][number]): string {
  if (mask !== null) return ` (${mask.tag}: ${mask.before ?? 'no mask'} → ${mask.after ?? 'no mask'})`;
  if (filter === null) return '';
  const rows = [
    ...filter.removed.map((text) => `- rows where ${text}`),
    ...filter.added.map((text) => `+ rows where ${text}`),
  ];
  return ` (${rows.join(', ')})`;
}

function more(count: number): string {
  return count > 0 ? `\n… and ${count} more` : '';
}
