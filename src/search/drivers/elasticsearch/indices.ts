import type { Client } from '@elastic/elasticsearch';
import { ASSET_KINDS, type AssetKind } from '../../../catalog/index.js';
import { MAPPING_VERSION, MAPPINGS, SETTINGS } from './settings.js';

/** An index that no alias points to for so long was left by a rebuild that did not end. */
const ABANDONED_MS = 86_400_000;

/** The indices of one generation, by kind. */
export type Generation = Readonly<Record<AssetKind, string>>;

/** An index for each kind of asset behind an alias: `PREFIX-assets-KIND` → `PREFIX-assets-KIND-TIME`. */
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

  /** Whether every alias is there, on indices of today's mapping. */
  async areCurrent(): Promise<boolean> {
    const found = await this.client.indices.getMapping({ index: this.aliases(), ignore_unavailable: true });
    const versions = Object.values(found).map(({ mappings }) => mappings._meta?.['version'] as unknown);
    return versions.length >= ASSET_KINDS.length && versions.every((version) => version === MAPPING_VERSION);
  }

  /** All indices of a kind: those that are searched, and those that are being built. Whoever writes, writes to all of them. */
  async all(): Promise<Record<AssetKind, string[]>> {
    const found = await this.client.indices.get({
      ...{ index: `${this.prefix}-assets-*`, features: ['aliases'], allow_no_indices: true },
    });
    const names = Object.keys(found);
    return Object.fromEntries(
      ASSET_KINDS.map((kind) => [kind, names.filter((name) => name.startsWith(`${this.aliasOf(kind)}-`))]),
    ) as Record<AssetKind, string[]>;
  }

  /** Makes empty indices that nothing points to yet. */
  async create(): Promise<Generation> {
    await this.removeAbandoned();
    const names = Object.fromEntries(
      ASSET_KINDS.map((kind) => [kind, `${this.aliasOf(kind)}-${Date.now()}`]),
    ) as unknown as Generation;
    await Promise.all(
      Object.values(names).map((index) =>
        this.client.indices.create({ index, settings: SETTINGS, mappings: MAPPINGS }),
      ),
    );
    return names;
  }

  /** Lets the aliases point to a generation, in one step, and removes what they pointed to before. */
  async activate(generation: Generation): Promise<void> {
    await this.client.indices.refresh({ index: Object.values(generation) });
    const before = Object.keys(
      await this.client.indices.getAlias(
        { name: this.aliases(), ignore_unavailable: true },
        { ignore: [404] },
      ),
    ).filter((name) => name.startsWith(`${this.prefix}-assets-`));
    await this.client.indices.updateAliases({
      actions: ASSET_KINDS.flatMap((kind) => [
        { remove: { index: `${this.aliasOf(kind)}-*`, alias: this.aliasOf(kind), must_exist: false } },
        { add: { index: generation[kind], alias: this.aliasOf(kind) } },
      ]),
    });
    await this.remove(before);
  }

  async remove(indices: readonly string[]): Promise<void> {
    if (indices.length > 0)
      await this.client.indices.delete({ index: [...indices], ignore_unavailable: true });
  }

  private async removeAbandoned(): Promise<void> {
    const found = await this.client.indices.getAlias({
      index: `${this.prefix}-assets-*`,
      allow_no_indices: true,
    });
    const abandoned = Object.entries(found)
      .filter(([, { aliases }]) => Object.keys(aliases).length === 0)
      .map(([name]) => name)
      .filter((name) => Date.now() - Number(name.slice(name.lastIndexOf('-') + 1)) > ABANDONED_MS);
    await this.remove(abandoned);
  }
}
