import type { Client, estypes } from '@elastic/elasticsearch';
import { ElasticsearchIndexMissingError, ElasticsearchRefusedError, typeOf } from './errors.js';
import { MARK_ID, type Mark, type Source } from './source.js';

/** Bytes of one request, about: below Elasticsearch's own bound of 100 MB. */
const REQUEST_BYTES = 5 * 1024 ** 2;

/** Something to be done to one document of one index, by the name that writes go to. */
export type Write =
  { readonly to: string; readonly source: Source } | { readonly to: string; readonly removed: string };

/** A document that Elasticsearch will never take as it is. */
export interface SetAside {
  readonly to: string;
  readonly id: string;
  /** Status and type, never what is in the document. */
  readonly reason: string;
}

type Operation = estypes.BulkOperationContainer | Source | Mark;

/**
 * Sends writes, all with one version, of which a later one is not undone. Each request marks each index with the version first; that
 * write asks for an alias, by which no request makes an index that is not there: a removal alone would.
 * @param marked also marked, when nothing is written to them
 * @returns what was refused for good, and is neither written nor removed
 * @throws {ElasticsearchIndexMissingError} an index went away; nothing was lost, all may be sent again
 * @throws {ElasticsearchRefusedError} for now
 */
export async function sendBulk(
  client: Client,
  writes: readonly Write[],
  version: number,
  marked: readonly string[] = [],
): Promise<SetAside[]> {
  const setAside: SetAside[] = [];
  for (const request of requestsOf(writes, marked)) {
    const names = [...new Set([...request.map(({ to }) => to), ...marked])];
    const { items } = await client.bulk({ operations: operationsOf(request, version, names) });
    const refused: string[] = [];
    for (const [at, item] of items.entries()) {
      const { status, error, _id: id } = Object.values(item)[0]!;
      if (error === undefined || status === 409) continue; // A newer version is there.
      // Items come in the order of the operations, the marks first.
      const to = names[at] ?? request[at - names.length]!.to;
      const reason = [status, typeOf(error.type)].join(' ');
      if (status === 404) throw new ElasticsearchIndexMissingError(to);
      if (status === 400) setAside.push({ to, id: id!, reason });
      else refused.push(reason);
    }
    if (refused.length > 0) throw new ElasticsearchRefusedError(refused.length, refused[0]!);
  }
  return setAside;
}

function* requestsOf(writes: readonly Write[], marked: readonly string[]): Generator<readonly Write[]> {
  let request: Write[] = [];
  let bytes = 0;
  for (const write of writes) {
    const size = 'source' in write ? 1_000 + sizeOf(write.source) : 200;
    if (request.length > 0 && bytes + size > REQUEST_BYTES) {
      yield request;
      [request, bytes] = [[], 0];
    }
    request.push(write);
    bytes += size;
  }
  if (request.length > 0 || marked.length > 0) yield request;
}

function sizeOf({ columns, other, description }: Source): number {
  return [columns, other, description].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function operationsOf(writes: readonly Write[], version: number, marked: readonly string[]): Operation[] {
  return [
    ...marked.flatMap((to): Operation[] => [
      { index: { ...at(to, MARK_ID, version), version_type: 'external_gte', require_alias: true } },
      { mark: version },
    ]),
    ...writes.flatMap((write): Operation[] =>
      'source' in write
        ? [{ index: { ...at(write.to, write.source.assetId, version), require_alias: true } }, write.source]
        : [{ delete: at(write.to, write.removed, version) }],
    ),
  ];
}

const at = (to: string, id: string, version: number) => ({
  ...{ _index: to, _id: id, version, version_type: 'external' as const },
});
