import { Injectable } from '@nestjs/common';
import { type Asset, AssetService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { idOfAsset } from '../../projection/asset-ids.js';
import { datasetNamed, jobNamed } from '../../projection/identity.js';
import { type NodeType, parseNodeId } from './node-id.js';

/** What the id of a node stands for. */
export interface MarquezNode {
  readonly type: NodeType;
  readonly asset: Asset;
  readonly field: string | undefined;
  /** The UUID of a version. */
  readonly version: string | undefined;
}

@Injectable()
export class NodeService {
  constructor(private readonly assets: AssetService) {}

  /** The likeliest reading of the id that stands for something. @throws {NotFoundError} also when the caller may not know of it */
  async find(caller: Principal, nodeId: string): Promise<MarquezNode> {
    const { type, readings, version } = parseNodeId(nodeId);
    const named = type === 'job' ? jobNamed : datasetNamed;
    const ids = readings.map((reading) => named(idOfAsset, reading).id);
    const visible = await this.assets.getVisible(caller, [...new Set(ids)]);
    const at = ids.findIndex((id) => visible.has(id));
    if (at === -1) throw new NotFoundError('Node', nodeId);
    // Another name of an asset has no edges of its own.
    const asset = await this.assets.get(caller, ids[at]!);
    return { type, asset, field: readings[at]!.field, version };
  }
}
