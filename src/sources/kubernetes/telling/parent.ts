import type { FacetDrafts } from '@cairn/openlineage-client';
import type { RunReference } from '../objects/lineage-variables.js';
import type { Observation } from '../objects/observation.js';
import { type Cluster, jobName, runIdOf } from './cluster.js';
import type { OwnerChain } from './owners.js';

type ParentFacet = NonNullable<FacetDrafts<'run'>['parent']>;

/**
 * Which run an object's run belongs to: the one that launched it, as OPENLINEAGE_PARENT_ID says, or else its owner's. The root is told
 * where it is known: by OPENLINEAGE_ROOT_PARENT_ID, or as the last of the owners.
 */
export function parentOf(
  cluster: Cluster,
  { namespace, variables }: Observation,
  { owners, observed, isWhole, workload }: OwnerChain,
): ParentFacet | undefined {
  if (variables.parent) return facetOf(variables.parent, variables.root);
  const [owner] = owners;
  if (!owner) return undefined;
  const name = jobName(namespace, workload);
  const runOf = (uid: string): RunReference => ({
    ...{ namespace: cluster.namespace, name },
    runId: runIdOf(cluster.uid, uid),
  });
  const top = observed.at(-1);
  // An owner that was launched from elsewhere is no root.
  const root = top?.variables.parent ? top.variables.root : isWhole ? runOf(owners.at(-1)!.uid) : undefined;
  return facetOf(runOf(owner.uid), root);
}

function facetOf(parent: RunReference, root: RunReference | undefined): ParentFacet {
  return { ...partOf(parent), ...(root && { root: partOf(root) }) };
}

function partOf({ namespace, name, runId }: RunReference) {
  return { run: { runId }, job: { namespace, name } };
}
