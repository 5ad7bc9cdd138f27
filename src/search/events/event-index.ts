import type { Client, estypes } from '@elastic/elasticsearch';
import type { FedEvent } from '../../lineage/index.js';
import type { SetAside } from '../drivers/elasticsearch/bulk.js';
import { ElasticsearchRefusedError, typeOf } from '../drivers/elasticsearch/errors.js';
import { eventDocument } from './event-document.js';

const keyword: estypes.MappingProperty = { type: 'keyword' };
const object = (properties: Record<string, estypes.MappingProperty>): estypes.MappingProperty => ({
  properties,
});

/** Nothing beside these fields, so that facets, of which there may be any, cannot make the mapping grow. */
const MAPPINGS: estypes.MappingTypeMapping = {
  dynamic: 'strict',
  properties: {
    '@timestamp': { type: 'date' },
    ecs: object({ version: keyword }),
    message: { type: 'text' },
    user: object({ name: keyword }),
    error: object({
      message: { type: 'text' },
      stack_trace: { type: 'keyword', index: false, doc_values: false },
    }),
    event: object({
      ...{ id: keyword, kind: keyword, category: keyword, type: keyword, action: keyword, outcome: keyword },
      ...{ module: keyword, dataset: keyword, provider: keyword },
      ...{ created: { type: 'date' }, start: { type: 'date' }, end: { type: 'date' } },
      original: { type: 'keyword', index: false, doc_values: false },
    }),
    openlineage: object({
      ...{ kind: keyword, event_type: keyword, schema_url: keyword, inputs: keyword, outputs: keyword },
      run: object({ id: keyword, parent_id: keyword }),
      job: object({ namespace: keyword, name: keyword }),
      dataset: keyword,
    }),
  },
};

/** Lineage events for Kibana, behind the alias `PREFIX-events`. */
export class EventIndex {
  private readonly alias: string;

  constructor(
    private readonly client: Client,
    prefix: string,
  ) {
    this.alias = `${prefix}-events`;
  }

  /** Makes the index, if it is not there, and the fields that it lacks. @returns whether it was made, and so is empty */
  async ensure(): Promise<boolean> {
    if (await this.client.indices.existsAlias({ name: this.alias })) {
      // Fields that came with a later version of Cairn.
      await this.client.indices.putMapping({ index: this.alias, properties: MAPPINGS.properties! });
      return false;
    }
    const settings = { number_of_shards: 1, auto_expand_replicas: '0-1' };
    await this.client.indices.create(
      {
        ...{ index: `${this.alias}-1`, settings, mappings: MAPPINGS },
        aliases: { [this.alias]: { is_write_index: true } },
      },
      { ignore: [400] }, // another process made it just now
    );
    return true;
  }

  /**
   * Writes events under their ids; those that are there are written again as they are.
   * @returns those that it will never take
   */
  async write(events: readonly FedEvent[]): Promise<SetAside[]> {
    const refused: string[] = [];
    const setAside: SetAside[] = [];
    await this.client.helpers.bulk<FedEvent>({
      datasource: [...events],
      onDocument: (event) => [
        { index: { _index: this.alias, _id: event.id, require_alias: true } },
        eventDocument(event),
      ],
      onDrop: ({ status, error, operation }) => {
        const reason = [status, typeOf(error?.type)].join(' ');
        const { _id: id } = (operation as estypes.BulkOperationContainer).index!;
        if (status === 400) setAside.push({ to: this.alias, id: id!, reason });
        else refused.push(reason);
      },
    });
    if (refused.length > 0) throw new ElasticsearchRefusedError(refused.length, refused[0]!);
    return setAside;
  }
}
