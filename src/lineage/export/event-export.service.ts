import { Injectable } from '@nestjs/common';
import { AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { Policy } from '../../policy/index.js';
import { assetsNamedIn } from '../assets/names-in.js';
import { Views } from '../graph/view.js';
import { IdentityRepository } from '../identity/identity.repository.js';
import { MAX_MEMBERS } from '../identity/names-of.js';
import { EventFeed } from '../log/event-feed.js';
import { idOfAsset } from '../projection/asset-ids.js';
import { EventExportRepository, type ExportedEvent } from './event-export.repository.js';
import type { EventQuery } from './export-query.js';

const PAGE = 500;
const PAGE_BYTES = 4 * 1024 ** 2;

/** Bodies of events as they come, each as JSON. */
export interface ExportedEvents {
  readonly texts: AsyncGenerator<string>;
  /** Where the next export goes on, once this one has come to its end. */
  readonly after: string;
  readonly hasMore: boolean;
}

type AskedEvent = ExportedEvent & { readonly text: string };

/** The log for other lineage services: events as they are kept, in the order of their arrival. */
@Injectable()
export class EventExportService {
  constructor(
    private readonly log: EventExportRepository,
    private readonly feed: EventFeed,
    private readonly identities: IdentityRepository,
    private readonly assets: AssetService,
    private readonly views: Views,
    private readonly policy: Policy,
  ) {}

  /**
   * Events of which the caller may see everything that they name; the others are as if they were not there.
   * @throws {NotFoundError} there is no such asset, or the caller may not know of it
   */
  async open(caller: Principal, { after, limit, asset }: EventQuery): Promise<ExportedEvents> {
    const naming = asset === undefined ? undefined : await this.namesOf(caller, asset);
    const end = (await this.feed.hasBeyond(after)) ? await this.feed.watermark() : after;
    const upTo = limit === undefined ? end : await this.endOfPage(caller, after, end, naming, limit);
    const texts = async function* (this: EventExportService) {
      for await (const { text } of this.read(caller, after, upTo, naming)) yield text;
    };
    return { texts: texts.call(this), after: upTo, hasMore: upTo !== end };
  }

  /** Where so many events end that the caller may see and asks for: the others must not make a page shorter. */
  private async endOfPage(
    caller: Principal,
    after: string,
    end: string,
    naming: readonly string[] | undefined,
    limit: number,
  ): Promise<string> {
    const { plan } = await this.policy.plan(caller, 'list');
    if (plan.kind === 'all' && naming === undefined) return this.log.positionAfter(after, end, limit);
    let seen = 0;
    let last = end;
    for await (const { seq } of this.read(caller, after, end, naming)) {
      if (seen === limit) return last;
      seen++;
      last = seq;
    }
    return end;
  }

  private async namesOf(caller: Principal, assetId: string): Promise<string[]> {
    const { id } = await this.assets.get(caller, assetId);
    const names = await this.identities.members([id], MAX_MEMBERS);
    return [id, ...names.map(({ rawId }) => rawId)];
  }

  private async *read(
    caller: Principal,
    from: string,
    upTo: string,
    naming: readonly string[] | undefined,
  ): AsyncGenerator<AskedEvent> {
    for (let after = from; ;) {
      const page = await this.log.read(after, upTo, naming, PAGE, PAGE_BYTES);
      const last = page.at(-1);
      if (last === undefined) return;
      yield* await this.seen(caller, page);
      after = last.seq;
    }
  }

  /** What an event names without its being told is in the catalog only if others told of it; an event that could not be read names anything. */
  private async seen(caller: Principal, page: readonly ExportedEvent[]): Promise<AskedEvent[]> {
    const asked = page.flatMap(({ text, ...event }) => (text === null ? [] : [{ ...event, text }]));
    const { plan } = await this.policy.plan(caller, 'list');
    if (plan.kind === 'all') return asked;
    const named = asked.map(({ text }) => assetsNamedIn(JSON.parse(text), idOfAsset));
    const told = [...new Set(asked.flatMap(({ assetIds }) => assetIds))];
    const visible = await this.assets.getVisible(caller, told);
    const hidden = await this.views.hidden(caller, [...new Set(named.flat())]);
    return asked.filter(
      ({ assetIds, isProjected }, i) =>
        isProjected && assetIds.every((id) => visible.has(id)) && !named[i]!.some((id) => hidden.has(id)),
    );
  }
}
