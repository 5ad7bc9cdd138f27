import { MANAGED_IDENTITY_NAMESPACE } from '../../../catalog/index.js';

/** A dataset that a workload says it reads or writes. */
export interface LinkedDataset {
  readonly namespace: string;
  readonly name: string;
  /** The commit of managed data, where the annotation names one. */
  readonly version?: string;
}

/** What the annotations of a workload say of data, and what of that could not be read. */
export interface DataLinks {
  readonly inputs: readonly LinkedDataset[];
  readonly outputs: readonly LinkedDataset[];
  /** How many entries there were, good or bad. */
  readonly entries: number;
  /** For people: annotation, entry and rule. */
  readonly problems: readonly string[];
}

export const NO_LINKS: DataLinks = { inputs: [], outputs: [], entries: 0, problems: [] };

type Annotations = Readonly<Record<string, string>> | null | undefined;

const INPUTS = 'cairn.dev/inputs';
const OUTPUTS = 'cairn.dev/outputs';
const MAX_ENTRIES = 100;
const MAX_PROBLEMS = 20;
/** Well below what a dataset's name may have, so that a link never stands in the way of an event. */
const MAX_BYTES = 2_000;
const MANAGED = /^cairn:\/\/([a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?)(?:@(\S{1,200}))?$/;
const COMMIT = /^[0-9a-f]{64}$/;
/** No name that anybody can read. */
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Reads `cairn.dev/inputs` and `cairn.dev/outputs`. The value is a list with commas or line ends between the entries; an entry is
 * `NAMESPACE NAME` as OpenLineage has them, or `cairn://REPOSITORY[@REVISION]` for what Cairn versions. Or it is a JSON array of such
 * entries and of `{"namespace", "name", "version"}`, for names with commas or blanks.
 * @param annotations those of the nearest object first; the first that has either annotation counts
 */
export function dataLinksOf(...annotations: readonly Annotations[]): DataLinks {
  const found = annotations.find((some) => some?.[INPUTS] !== undefined || some?.[OUTPUTS] !== undefined);
  if (!found) return NO_LINKS;
  const problems: string[] = [];
  let entries = 0;
  const read = (annotation: string): LinkedDataset[] => {
    const text = found[annotation];
    if (text === undefined) return [];
    const list = entriesOf(text);
    if (typeof list === 'string') {
      entries++;
      problems.push(`${annotation}: ${list}`);
      return [];
    }
    entries += list.length;
    if (list.length > MAX_ENTRIES)
      problems.push(
        `${annotation}: has ${list.length} entries; those after the first ${MAX_ENTRIES} are not taken`,
      );
    const datasets = new Map<string, LinkedDataset>();
    for (const entry of list.slice(0, MAX_ENTRIES)) {
      const dataset = datasetOf(entry);
      if (typeof dataset === 'string') problems.push(`${annotation}: ${shown(entry)} ${dataset}`);
      else datasets.set(`${dataset.namespace}\n${dataset.name}`, dataset);
    }
    return [...datasets.values()];
  };
  const inputs = read(INPUTS);
  const outputs = read(OUTPUTS);
  return { inputs, outputs, entries, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** @returns what is wrong, when it is no list */
function entriesOf(text: string): unknown[] | string {
  if (!text.trimStart().startsWith('[')) {
    return text
      .split(/[,\n]/)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  }
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : 'must be a list';
  } catch (error) {
    return `begins with "[" and is no JSON: ${(error as Error).message.slice(0, 200)}`;
  }
}

/** @returns what is wrong with an entry that names no dataset */
function datasetOf(entry: unknown): LinkedDataset | string {
  if (typeof entry === 'string') return fromText(entry.trim());
  const { namespace, name, version } = (entry ?? {}) as Partial<Record<string, unknown>>;
  if (typeof namespace !== 'string' || typeof name !== 'string' || namespace === '' || name === '')
    return 'must be a text, or an object with namespace and name';
  if (version !== undefined && (typeof version !== 'string' || version === '' || version.length > 500))
    return 'has a version that is no text of 1–500 characters';
  return bounded({ namespace, name, ...(version !== undefined && { version }) });
}

function fromText(entry: string): LinkedDataset | string {
  if (entry.startsWith('cairn://')) {
    const [, name, revision] = MANAGED.exec(entry) ?? [];
    if (name === undefined) return 'must be cairn://REPOSITORY or cairn://REPOSITORY@REVISION';
    // A branch or tag says what is there now, not what the workload saw: only a commit is a version.
    const version = revision !== undefined && COMMIT.test(revision) ? revision : undefined;
    return { namespace: MANAGED_IDENTITY_NAMESPACE, name, ...(version !== undefined && { version }) };
  }
  const [namespace, name, ...rest] = entry.split(/\s+/);
  if (name === undefined || rest.length > 0) return 'must be NAMESPACE NAME, with one blank between them';
  return bounded({ namespace: namespace!, name });
}

function bounded(dataset: LinkedDataset): LinkedDataset | string {
  const text = dataset.namespace + dataset.name + (dataset.version ?? '');
  if (Buffer.byteLength(text) > MAX_BYTES) return `must not be longer than ${MAX_BYTES} bytes`;
  if (CONTROL.test(text) || !text.isWellFormed()) return 'must not hold control characters';
  return dataset;
}

function shown(entry: unknown): string {
  return (JSON.stringify(entry) ?? 'null').slice(0, 200).toWellFormed();
}
