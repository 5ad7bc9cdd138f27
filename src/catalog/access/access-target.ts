import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { InvalidInputError } from '../../platform/index.js';
import type { Target } from '../../policy/index.js';
import { AssetService, resourceOf } from '../assets/asset.service.js';

/** What access is asked for, as callers say it: one of them. */
export interface AskedTarget {
  readonly assetId?: string | null;
  readonly namespace?: string | null;
}

/** Finds what callers ask access for. */
@Injectable()
export class AccessTargets {
  constructor(private readonly assets: AssetService) {}

  /** @throws {InvalidInputError} @throws {NotFoundError} also when the caller may not know of the asset */
  async find(caller: Principal, { assetId, namespace }: AskedTarget): Promise<Target> {
    const isNamed = typeof assetId === 'string';
    if (isNamed === (typeof namespace === 'string'))
      throw new InvalidInputError('input.assetId', 'must be given, or a namespace, and not both');
    if (!isNamed) return { namespace: namespace!, kind: null, name: null };
    const { namespace: place, kind, name } = resourceOf(await this.assets.get(caller, assetId));
    return { namespace: place, kind, name };
  }
}
