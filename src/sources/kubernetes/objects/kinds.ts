/** The kinds of objects that are read. */
export const KINDS = ['CronJob', 'Job', 'Deployment', 'Pod'] as const;
export type Kind = (typeof KINDS)[number];

const COLLECTIONS: Readonly<Record<Kind, { readonly group: string; readonly plural: string }>> = {
  CronJob: { group: '/apis/batch/v1', plural: 'cronjobs' },
  Job: { group: '/apis/batch/v1', plural: 'jobs' },
  Deployment: { group: '/apis/apps/v1', plural: 'deployments' },
  Pod: { group: '/api/v1', plural: 'pods' },
};

/** What one list and one watch see: all objects of a kind, in the cluster or in a namespace. */
export interface Scope {
  readonly kind: Kind;
  readonly namespace?: string;
}

/** The collection of a scope at the API server. */
export function pathOf({ kind, namespace }: Scope): string {
  const { group, plural } = COLLECTIONS[kind];
  return namespace === undefined ? `${group}/${plural}` : `${group}/namespaces/${namespace}/${plural}`;
}

/** A scope for people: `pods in team-a`. */
export function nameOf({ kind, namespace }: Scope): string {
  const { plural } = COLLECTIONS[kind];
  return namespace === undefined ? plural : `${plural} in ${namespace}`;
}
