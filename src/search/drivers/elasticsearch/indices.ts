import type { Client } from '@elastic/elasticsearch';
import { ASSET_KINDS, type AssetKind } from '../../../catalog/index.js';
import { ElasticsearchIndexMissingError, isResponseError } from './errors.js';
import { type IndexMeta, MAPPING_VERSION, MAPPINGS, SETTINGS } from './settings.js';
import { MARK_ID, type Mark } from './source.js';

/**
 * An index that no alias points to for so long was left by a building that did not end, or is what aliases pointed to before. Longer than
 * any request takes: one that moves the aliases may be on its way.
 */
const ABANDONED_MS = 600_000;
const LOOK_TIMEOUT = { requestTimeout: 5_000, maxRetries: 0 } as const;

/** The indices of one building, by kind. */
export type Generation = Readonly<Record<AssetKind, string>>;

/** What stands in Elasticsearch, as the aliases show it. */
export type Standing =
  | { readonly is: 'missing' | 'older' | 'newer' }
  /** Of today's mapping. @property mark the greatest version that was written */
  | { readonly is: 'built'; readonly generation: string; readonly mark: number };

/**
 * An index for each kind of asset behind an alias: `PREFIX-assets-KIND` → `PREFIX-assets-KIND-TIME`. Each is written to by an alias of
 * its own, `PREFIX-assets-KIND-TIME-write`, which goes when it goes.
 */
export class Indices {
  /** @param prefix what all names begin with, so that several installations may share a cluster */
  constructor(
    private readonly client: Client,
    private readonly prefix: string,
  ) {}

  aliasOf(kind: AssetKind): string {
    return `${this.prefix}-assets-${kind}`;
  }

  /** Aliases of some kinds, of all by default. */
  aliases(kinds: readonly AssetKind[] = ASSET_KINDS): string[] {
    return kinds.map((kind) => this.aliasOf(kind));
  }

  /** What answers searches now. */
  async standing(): Promise<Standing> {
    const found = await this.client.indices.getMapping(
      { index: this.aliases(), ignore_unavailable: true, allow_no_indices: true },
      { ...LOOK_TIMEOUT, ignore: [404] },
    );
    const metas = Object.entries(found)
      .filter(([name]) => name.startsWith(`${this.prefix}-assets-`))
      .map(([, { mappings }]) => mappings?._meta as Partial<IndexMeta> | undefined);
    const [first] = metas;
    if (metas.some((meta) => (meta?.version ?? 0) > MAPPING_VERSION)) return { is: 'newer' };
    if (metas.some((meta) => (meta?.version ?? MAPPING_VERSION) < MAPPING_VERSION)) return { is: 'older' };
    const generation = first?.generation;
    const isWhole =
      metas.length === ASSET_KINDS.length && metas.every((meta) => meta?.generation === generation);
    if (!isWhole || generation === undefined) return { is: 'missing' };
    return { is: 'built', generation, mark: await this.mark() };
  }

  /** For each kind the names that reach all of its indices: those that are searched, and those that are being built. */
  async targets(): Promise<Record<AssetKind, string[]>> {
    const names = (await this.made())
      .filter(({ version }) => version === MAPPING_VERSION)
      .map(({ name }) => name);
    const targets = ASSET_KINDS.map((kind) => {
      const ofKind = names.filter((name) => name.startsWith(`${this.aliasOf(kind)}-`)).map(writtenBy);
      if (ofKind.length === 0) throw new ElasticsearchIndexMissingError(this.aliasOf(kind));
      return [kind, ofKind] as const;
    });
    return Object.fromEntries(targets) as Record<AssetKind, string[]>;
  }

  /** Makes empty indices that no search reaches yet. @param generation an id of its own */
  async create(generation: string): Promise<Generation> {
    await this.removeAbandoned();
    const names = Object.fromEntries(
      ASSET_KINDS.map((kind) => [kind, `${this.aliasOf(kind)}-${Date.now()}`]),
    ) as unknown as Generation;
    const meta: IndexMeta = { version: MAPPING_VERSION, generation };
    await Promise.all(
      Object.values(names).map((index) =>
        this.client.indices.create({
          ...{ index, settings: SETTINGS, mappings: { ...MAPPINGS, _meta: { ...meta } } },
          aliases: { [writtenBy(index)]: {} },
        }),
      ),
    );
    return names;
  }

  /**
   * Lets the aliases point to a generation, in one step, and removes what they pointed to before. Should the answer not come, nobody
   * knows which of the two it is: both stay then, and the one that no alias points to is removed later.
   */
  async activate(generation: Generation): Promise<void> {
    await this.client.indices.refresh({ index: Object.values(generation) });
    const before = (await this.made()).filter(({ isSearched }) => isSearched).map(({ name }) => name);
    const actions = ASSET_KINDS.flatMap((kind) => [
      { remove: { index: `${this.aliasOf(kind)}-*`, alias: this.aliasOf(kind), must_exist: false } },
      { add: { index: generation[kind], alias: this.aliasOf(kind) } },
    ]);
    try {
      await this.client.indices.updateAliases({ actions });
    } catch (error) {
      // An answer that refuses is one: nothing moved.
      if (isResponseError(error) && error.statusCode! < 500)
        await this.remove(Object.values(generation)).catch(() => undefined);
      throw error;
    }
    await this.remove(before.filter((name) => !Object.values(generation).includes(name))).catch(
      () => undefined,
    );
  }

  /** Removes indices, of which none may be searched. */
  async remove(indices: readonly string[]): Promise<void> {
    if (indices.length > 0)
      await this.client.indices.delete({ index: [...indices], ignore_unavailable: true });
  }

  /** Removes what was left by others that did not end. */
  async removeAbandoned(): Promise<void> {
    const abandoned = (await this.made())
      .filter(({ isSearched, ageMs }) => !isSearched && ageMs > ABANDONED_MS)
      .map(({ name }) => name);
    await this.remove(abandoned);
  }

  private async mark(): Promise<number> {
    const found = await this.client.get<Mark>(
      { index: this.aliasOf(ASSET_KINDS[0]), id: MARK_ID },
      { ...LOOK_TIMEOUT, ignore: [404] },
    );
    return found._source?.mark ?? 0;
  }

  /** All indices that were made by {@link create}; what else has such a name is none of them. */
  private async made() {
    const found = await this.client.indices.get(
      { index: `${this.prefix}-assets-*`, features: ['aliases', 'mappings'], allow_no_indices: true },
      LOOK_TIMEOUT,
    );
    const searched = new Set(this.aliases());
    return Object.entries(found)
      .filter(([name, { aliases }]) => aliases?.[writtenBy(name)] !== undefined)
      .map(([name, { aliases, mappings }]) => ({
        name,
        version: (mappings?._meta as IndexMeta | undefined)?.version,
        isSearched: Object.keys(aliases!).some((alias) => searched.has(alias)),
        ageMs: Date.now() - Number(name.slice(name.lastIndexOf('-') + 1)),
      }));
  }
}

/** The alias that an index is written to by. */
export function writtenBy(index: string): string {
  return `${index}-write`;
}
