import { Injectable } from '@nestjs/common';
import type { Asset, AssetSpace } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { Policy } from '../../../policy/index.js';
import type { Slice } from '../http/inputs.js';
import { type NameSearch, NameRepository } from './name.repository.js';
import type { NamespaceRow } from './namespace-shape.js';

const ONE: Slice = { limit: 1, offset: 0 };

/** Namespaces and names as Marquez lists them. What the caller may not know of is absent, and counted nowhere. */
@Injectable()
export class NameService {
  constructor(
    private readonly names: NameRepository,
    private readonly policy: Policy,
  ) {}

  /** By name. @param space namespaces of data, of jobs, or of either when absent */
  async namespaces(caller: Principal, slice: Slice, space?: AssetSpace): Promise<NamespaceRow[]> {
    return this.names.namespaces(await this.visible(caller), space, undefined, slice);
  }

  /** @throws {NotFoundError} also when the caller may not know of anything in it */
  async namespace(caller: Principal, name: string, space?: AssetSpace): Promise<NamespaceRow> {
    const [row] = await this.names.namespaces(await this.visible(caller), space, name, ONE);
    if (row === undefined) throw new NotFoundError(space === undefined ? 'Namespace' : 'Source', name);
    return row;
  }

  /** Data or jobs of a namespace by name. @throws {NotFoundError} for a namespace in which the caller may know of nothing */
  async list(
    caller: Principal,
    space: AssetSpace,
    namespace: string,
    slice: Slice,
  ): Promise<{ assets: Asset[]; total: number }> {
    const found = await this.names.list(await this.visible(caller), space, namespace, slice);
    if (found.total === 0) await this.namespace(caller, namespace);
    return found;
  }

  async tags(caller: Principal, slice: Slice): Promise<string[]> {
    return this.names.tags(await this.visible(caller), slice);
  }

  async search(caller: Principal, search: NameSearch): Promise<Asset[]> {
    return this.names.search(await this.visible(caller), search);
  }

  private visible(caller: Principal) {
    return this.policy.plan(caller, 'list');
  }
}
