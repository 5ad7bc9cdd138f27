import type { DesiredEndpoint, ObservedEndpoint } from './endpoint.js';

/** What an endpoint's row says. */
export interface EndpointRow {
  readonly desired: DesiredEndpoint;
  readonly observed: ObservedEndpoint;
  readonly reason: string | null;
  /** Wanted. */
  readonly revision: number;
  /** The revision whose serving lineage was told of last, and that has not ended. */
  readonly served: number | null;
}

/** What this process has of it. */
export interface LocalModel {
  /** The revision that answers here; undefined when none does. */
  readonly loaded?: number;
  /** Why the wanted revision can never be served. */
  readonly refusal?: string;
  /** Why the wanted revision is not served yet, if anything went wrong. */
  readonly trouble?: string;
}

/** What follows for the row, and what lineage is to be told. */
export interface Observation {
  readonly observed: ObservedEndpoint;
  readonly reason: string | null;
  readonly served: number | null;
  /** The revision whose serving begins. */
  readonly began?: number;
  /** The revision whose serving is over. */
  readonly ended?: number;
  /** The revision that is refused now. */
  readonly refused?: number;
}

/**
 * What to write of an endpoint, from what is wanted and what is here. Pure; the same input always says the same, and what it
 * says is not said again once it is written.
 * @returns undefined when the row is true already
 */
export function observe(row: EndpointRow, local: LocalModel): Observation | undefined {
  const next = row.desired === 'stopped' ? stopping(row, local) : serving(row, local);
  const isTrue = next.observed === row.observed && next.reason === row.reason && next.served === row.served;
  return isTrue ? undefined : next;
}

function stopping(row: EndpointRow, local: LocalModel): Observation {
  const { observed, reason, served } = row;
  if (local.loaded !== undefined) return { observed, reason, served };
  return { observed: 'stopped', reason: null, served: null, ...ending(served) };
}

function serving({ revision, served }: EndpointRow, { loaded, refusal, trouble }: LocalModel): Observation {
  if (loaded === revision) {
    const began = served === revision ? {} : { began: revision, ...ending(served) };
    return { observed: 'ready', reason: null, served: revision, ...began };
  }
  const refused = refusal === undefined ? {} : { refused: revision };
  if (loaded !== undefined) {
    const why = refusal ?? trouble ?? 'it is being loaded';
    const reason = `revision ${loaded} answers, and not ${revision}: ${why}`;
    return { observed: 'ready', reason, served, ...refused };
  }
  if (refusal === undefined) return { observed: 'pending', reason: trouble ?? null, served };
  return { observed: 'failed', reason: refusal, served: null, ...refused, ...ending(served) };
}

function ending(served: number | null): { ended?: number } {
  return served === null ? {} : { ended: served };
}
