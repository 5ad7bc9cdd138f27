import { InvalidInputError } from '../../../platform/errors/index.js';

/** What a node of Marquez's graphs is. */
export const NODE_TYPES = ['dataset', 'datasetField', 'job'] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** One way to read the id of a node: namespaces and names hold colons too. */
export interface NodeReading {
  readonly namespace: string;
  readonly name: string;
  /** Of a `datasetField`. */
  readonly field: string | undefined;
}

export interface ParsedNodeId {
  readonly type: NodeType;
  /** Likelier ones first. */
  readonly readings: readonly NodeReading[];
  /** The UUID of a version. */
  readonly version: string | undefined;
}

const MAX_CHARS = 4_000;
/** Colons of namespace, name and field; each pair of them is a reading. */
const MAX_COLONS = 24;
const VERSION = /#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/**
 * Reads `dataset:NAMESPACE:NAME`, `job:NAMESPACE:NAME` or `datasetField:NAMESPACE:NAME:FIELD`, with `#VERSION` or without.
 * Source: Marquez's `NodeId`, which guesses one reading; here the caller looks which of them exists.
 * @throws {InvalidInputError}
 */
export function parseNodeId(nodeId: string): ParsedNodeId {
  const rule = 'must be dataset:NAMESPACE:NAME, datasetField:NAMESPACE:NAME:FIELD or job:NAMESPACE:NAME';
  if (nodeId.length > MAX_CHARS) throw new InvalidInputError('nodeId', 'must have at most 4,000 characters');
  const type = NODE_TYPES.find((prefix) => nodeId.startsWith(`${prefix}:`));
  if (type === undefined) throw new InvalidInputError('nodeId', rule);
  const rest = nodeId.slice(type.length + 1);
  const version = VERSION.exec(rest)?.[1]?.toLowerCase();
  const text = version === undefined ? rest : rest.replace(VERSION, '');
  const colons = [...text.matchAll(/:/g)].map(({ index }) => index);
  if (colons.length > MAX_COLONS)
    throw new InvalidInputError('nodeId', `must have at most ${MAX_COLONS} colons`);
  const cuts = type === 'datasetField' ? pairsOf(colons) : colons.map((at) => [at]);
  const readings = cuts
    .sort((a, b) => unlikeliness(text, a) - unlikeliness(text, b))
    .map(([first, second]) => ({
      namespace: text.slice(0, first),
      name: text.slice(first! + 1, second),
      field: second === undefined ? undefined : text.slice(second + 1),
    }))
    .filter(({ namespace, name, field }) => namespace !== '' && name !== '' && field !== '');
  if (readings.length === 0) throw new InvalidInputError('nodeId', rule);
  return { type, readings, version };
}

/** The id of a dataset's or job's node. */
export function nodeIdOf(
  type: 'dataset' | 'job',
  asset: { readonly identityNamespace: string; readonly identityName: string },
): string {
  return `${type}:${asset.identityNamespace}:${asset.identityName}`;
}

function pairsOf(colons: readonly number[]): number[][] {
  return colons.flatMap((first, i) => colons.slice(i + 1).map((second) => [first, second]));
}

/** Colons within `scheme://` and before ports seldom part namespace and name. */
function unlikeliness(text: string, cut: readonly number[]): number {
  return cut.filter((at) => /^(?:\/\/|\d)/.test(text.slice(at + 1, at + 3))).length;
}
