import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Asset, AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { GraphRepository } from './graph.repository.js';

/** An asset as a caller sees it in a graph. */
export interface LineageNode {
  /** The asset's id; of an opaque node another one that stands for it. */
  readonly id: string;
  /** Null when the caller may not know of it. */
  readonly asset: Asset | null;
  /** Hops from where the look began. */
  readonly distance: number;
  readonly isOpaque: boolean;
}

/** What a caller sees of some assets. */
export interface View {
  /** The asset's id; of what the caller may not know of another one that stands for it. */
  id(assetId: string): string;
  node(assetId: string, distance?: number): LineageNode;
  /** A column's name; of an opaque node another text that stands for it. */
  column(assetId: string, column: string): string;
  sees(assetId: string): boolean;
}

/**
 * Shows graphs through policy: what a caller may not list is an opaque node, the same one each time, so that paths stay connected
 * and nothing is told. Its id is an HMAC, since an asset's own id could be guessed from its name.
 */
@Injectable()
export class Views {
  private secret: Promise<string> | undefined;

  constructor(
    private readonly assets: AssetService,
    private readonly graph: GraphRepository,
  ) {}

  async of(caller: Principal, assetIds: Iterable<string>): Promise<View> {
    const visible = await this.assets.getVisible(caller, [...new Set(assetIds)]);
    const opaque = await this.opaque();
    return {
      id: (assetId) => (visible.has(assetId) ? assetId : opaque(assetId)),
      node: (assetId, distance = 0) => {
        const asset = visible.get(assetId) ?? null;
        return { id: asset === null ? opaque(assetId) : assetId, asset, distance, isOpaque: asset === null };
      },
      column: (assetId, column) => (visible.has(assetId) ? column : opaque(assetId, column)),
      sees: (assetId) => visible.has(assetId),
    };
  }

  /** Ids of very many assets, as a view has them. */
  async idsOf(caller: Principal, assetIds: Iterable<string>): Promise<View['id']> {
    const visible = new Set(await this.assets.visibleIds(caller, [...new Set(assetIds)]));
    const opaque = await this.opaque();
    return (assetId) => (visible.has(assetId) ? assetId : opaque(assetId));
  }

  /** Those of `assetIds` that exist and that the caller may not know of. */
  async hidden(caller: Principal, assetIds: readonly string[]): Promise<Set<string>> {
    if (assetIds.length === 0) return new Set();
    const existing = await this.graph.existing(assetIds);
    const visible = await this.assets.getVisible(caller, existing);
    return new Set(existing.filter((id) => !visible.has(id)));
  }

  private async opaque(): Promise<(...parts: string[]) => string> {
    const secret = await this.secretOfInstallation();
    return (...parts) =>
      createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  }

  private secretOfInstallation(): Promise<string> {
    this.secret ??= this.graph.secret().catch((error: unknown) => {
      this.secret = undefined;
      throw error;
    });
    return this.secret;
  }
}
