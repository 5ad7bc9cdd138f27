import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { batched } from '../../platform/index.js';
import type { EditRecord, Evidence, SeenEdge } from './edit.js';
import { EditRepository } from './edit.repository.js';
import { EditService, type ShownEdit } from './edit.service.js';

const MAX_EDITS = 50;

/** Who says the edges of a graph; for many edges at once. */
@Injectable()
export class EdgeEvidence {
  private readonly evidence: (key: string) => Promise<Evidence | undefined>;
  private readonly edits: (key: string) => Promise<readonly EditRecord[] | undefined>;

  constructor(
    rows: EditRepository,
    private readonly service: EditService,
  ) {
    this.evidence = batched(async (keys) => byKey(keys, await rows.evidence(keys.map(edgeOf))));
    this.edits = batched(async (keys) => byKey(keys, await rows.ofEdges(keys.map(edgeOf), MAX_EDITS)));
  }

  async of(edge: SeenEdge): Promise<Evidence> {
    return (await this.evidence(keyOf(edge)))!;
  }

  /** Those that held then, the latest 50 first. */
  async editsOf(caller: Principal, edge: SeenEdge): Promise<ShownEdit[]> {
    return this.service.shown(caller, (await this.edits(keyOf(edge)))!);
  }
}

function keyOf({ sourceId, targetId, asOf }: SeenEdge): string {
  return `${sourceId} ${targetId} ${asOf.getTime()}`;
}

function edgeOf(key: string): SeenEdge {
  const [sourceId, targetId, at] = key.split(' ') as [string, string, string];
  return { sourceId, targetId, asOf: new Date(Number(at)) };
}

function byKey<Value>(keys: readonly string[], values: readonly Value[]): Map<string, Value> {
  return new Map(keys.map((key, i) => [key, values[i]!]));
}
