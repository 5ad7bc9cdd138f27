import type { PodSpec } from './resources.js';

/** A run as OpenLineage clients are told of it. */
export interface RunReference {
  readonly namespace: string;
  readonly name: string;
  readonly runId: string;
}

/** What the variables of a pod's containers say of its place in lineage. */
export interface LineageVariables {
  /** OPENLINEAGE_NAMESPACE: where the jobs are that the process itself tells of. */
  readonly namespace?: string;
  /** OPENLINEAGE_PARENT_ID: the run that launched it. */
  readonly parent?: RunReference;
  /** OPENLINEAGE_ROOT_PARENT_ID */
  readonly root?: RunReference;
  readonly problems: readonly string[];
}

const MAX_CHARS = 2_000;
/** Namespaces may begin with `scheme://`; names may hold slashes. */
const REFERENCE =
  /^((?:[A-Za-z][A-Za-z0-9+.-]*:\/\/)?[^/\s]+)\/(\S(?:.*\S)?)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** No name that anybody can read. */
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Reads the variables of the first container that has them. Values that come from elsewhere (`valueFrom`) cannot be read and count as
 * absent.
 * Source: openlineage-python, openlineage-dbt and Airflow's provider: `{namespace}/{name}/{runId}`.
 */
export function lineageVariablesOf({ containers }: PodSpec): LineageVariables {
  const problems: string[] = [];
  const valueOf = (variable: string): string | undefined => {
    for (const { env } of containers) {
      // As in a process, the last of two of one name counts.
      const value = env?.findLast(({ name }) => name === variable)?.value;
      if (value !== undefined && value !== '') return value;
    }
    return undefined;
  };
  const referenceOf = (variable: string): RunReference | undefined => {
    const value = valueOf(variable);
    if (value === undefined) return undefined;
    const [, namespace, name, runId] = value.length > MAX_CHARS ? [] : (REFERENCE.exec(value) ?? []);
    if (namespace !== undefined && !CONTROL.test(value))
      return { namespace, name: name!, runId: runId!.toLowerCase() };
    problems.push(`${variable}: must be NAMESPACE/JOB/RUN, with a UUID for RUN`);
    return undefined;
  };
  const namespace = valueOf('OPENLINEAGE_NAMESPACE');
  const isUsable = namespace !== undefined && namespace.length <= MAX_CHARS && !CONTROL.test(namespace);
  const parent = referenceOf('OPENLINEAGE_PARENT_ID');
  const root = referenceOf('OPENLINEAGE_ROOT_PARENT_ID');
  return {
    ...(isUsable && { namespace }),
    ...(parent && { parent }),
    ...(root && { root }),
    problems,
  };
}
