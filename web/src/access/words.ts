import type { AccessRequest, Decision, Emergency, Target } from '../api/governance-types.js';
import { type SearchView } from '../navigation/view.js';

/** What an access request asks for: `read and write`, or a role. */
export function askedFor({ actions, role }: Pick<AccessRequest, 'actions' | 'role'>): string {
  return role ?? listed(actions);
}

/** `read, write and merge`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** What access is about. */
export function targetName({ namespace, name }: Pick<Target, 'namespace' | 'name'>): string {
  return name ?? `all of ${namespace}`;
}

/** Where to look for what access is about. */
export function searchFor({
  namespace,
  kind,
  name,
}: Pick<Target, 'namespace' | 'kind' | 'name'>): SearchView {
  return { page: 'search', query: name ?? '', namespace, ...(kind !== null && { kind }) };
}

/** Whether a rule of the policy files denies, so that no grant helps. */
export function isForbidden({ allowed, matched }: Decision): boolean {
  return !allowed && matched.some(({ effect }) => effect === 'deny');
}

/** How a rule came to match: from the reader over roles, and over classifications. */
export function matchWords({ rolePath, tagPaths }: Decision['matched'][number]): string {
  const ways = [...(rolePath.length > 1 ? [rolePath] : []), ...tagPaths.filter(({ length }) => length > 0)];
  return ways.map((way) => way.join(' → ')).join(', ');
}

/** Whether a request is about this asset. */
export function isAbout(
  asset: { readonly namespace: string; readonly kind: string; readonly identityName: string },
  { namespace, kind, name }: Target,
): boolean {
  return namespace === asset.namespace && kind === asset.kind && name === asset.identityName;
}

/** Those that wait for the reader: who may deny them only sees them among all. */
export function waiting(requests: readonly AccessRequest[]): AccessRequest[] {
  return requests.filter(({ steps }) => steps.includes('approve'));
}

/** Those that wait for the reader's review. */
export function waitingForReview(emergencies: readonly Emergency[]): Emergency[] {
  return emergencies.filter(({ steps }) => steps.includes('review'));
}

/** How many requests and emergencies wait for the reader, as far as they were looked through. */
export function waitingCount({ accessRequests, emergencies }: Waiting): number {
  return (
    accessRequests.nodes.filter(({ steps }) => steps.includes('approve')).length +
    emergencies.nodes.filter(({ steps }) => steps.includes('review')).length
  );
}

interface Waiting {
  readonly accessRequests: { readonly nodes: readonly { readonly steps: readonly string[] }[] };
  readonly emergencies: { readonly nodes: readonly { readonly steps: readonly string[] }[] };
}

/** The end of a day in the reader's time zone. @param date `2026-12-31` */
export function endOfDay(date: string): Date | undefined {
  const end = new Date(`${date}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

/** A day in the reader's time zone, as date fields write it. */
export function dayOf(instant: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${instant.getFullYear()}-${two(instant.getMonth() + 1)}-${two(instant.getDate())}`;
}
