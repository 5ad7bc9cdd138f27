import type { Tags } from './registered-model.js';

/** What the metadata of a commit tells of how a model was made. */
export interface CommitFacts {
  readonly runId?: string;
  readonly contentHash?: string;
  readonly codeCommit?: string;
  /** Commit of the training data, by where it was mounted. */
  readonly inputs: Tags;
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Tags;
}

/** Keys of a commit's metadata that tell of where its content came from, and go with it. */
const PROVENANCE = /^(?:cairn\.|metric\.|param\.|mlflow\.)/;

/** Reads what training runs write; what is not of that form is left out. */
export function factsOf(metadata: Tags): CommitFacts {
  const { 'cairn.run': runId, 'cairn.content-hash': contentHash, 'cairn.code': codeCommit } = metadata;
  return {
    ...(runId !== undefined && { runId }),
    ...(contentHash !== undefined && { contentHash }),
    ...(codeCommit !== undefined && { codeCommit }),
    inputs: textsOf(metadata['cairn.inputs']),
    metrics: Object.fromEntries(
      under(metadata, 'metric.').flatMap(([key, value]) => {
        const number = Number(value);
        return value.trim() !== '' && Number.isFinite(number) ? [[key, number]] : [];
      }),
    ),
    params: Object.fromEntries(under(metadata, 'param.')),
  };
}

/** What a commit in another repository keeps of one whose content it has. */
export function provenanceIn(metadata: Tags): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => PROVENANCE.test(key)));
}

function under(metadata: Tags, prefix: string): [string, string][] {
  return Object.entries(metadata).flatMap(([key, value]): [string, string][] =>
    key.startsWith(prefix) && key.length > prefix.length ? [[key.slice(prefix.length), value]] : [],
  );
}

function textsOf(json: string | undefined): Tags {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return {};
    const pairs = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
  } catch {
    return {};
  }
}
