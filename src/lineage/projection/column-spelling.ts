import type { EventBody } from '../events/event.js';
import { objectAt } from '../events/json.js';
import { CompiledRules } from '../identity/rules/compiled-rules.js';
import { schemaColumnsIn } from './column-facts.js';
import { namespaceOf } from './identity.js';

interface DatasetName {
  readonly namespace: string;
  readonly name: string;
}

/** The names of an event are compared as the rules that come with Cairn spell them: those of an installation change later. */
const RULES = new CompiledRules([]);

/** Spellings of columns by the columns in small letters; undefined where several differ in case alone. */
type Columns = Map<string, string | undefined>;

/**
 * Spells columns as the event's own schemas do. Stores that fold names give `EMAIL` in a schema, and producers that read SQL `email` in
 * `columnLineage`: one column, which would be two. Pure.
 */
export class ColumnSpelling {
  /** By the names as the event gives them, and by what the rules make of these, which costs more and is seldom asked for. */
  private given: ReadonlyMap<string, Columns> | undefined;
  private spelled: ReadonlyMap<string, Columns> | undefined;
  private readonly columns = new Map<string, Columns | undefined>();

  constructor(private readonly body: EventBody) {}

  /** @returns the name as it is where the schema has it so, or has none or several that differ from it in case alone */
  of(dataset: DatasetName, column: string): string {
    this.given ??= this.readBy(givenKeyOf);
    if (this.given.size === 0) return column;
    const key = givenKeyOf(dataset);
    if (!this.columns.has(key)) this.columns.set(key, this.given.get(key) ?? this.spelledColumnsOf(dataset));
    return this.columns.get(key)?.get(column.toLowerCase()) ?? column;
  }

  private spelledColumnsOf(dataset: DatasetName): Columns | undefined {
    this.spelled ??= this.readBy(spelledKeyOf);
    return this.spelled.get(spelledKeyOf(dataset));
  }

  private readBy(keyOf: (dataset: DatasetName) => string): Map<string, Columns> {
    const { dataset, inputs = [], outputs = [] } = this.body;
    const schemas = new Map<string, Columns>();
    for (const { facets, ...named } of [...inputs, ...outputs, ...(dataset === undefined ? [] : [dataset])]) {
      const columns = schemaColumnsIn(objectAt(facets)['schema']);
      if (columns.length === 0) continue;
      const key = keyOf(named);
      const known: Columns = schemas.get(key) ?? new Map<string, string | undefined>();
      for (const { name } of columns) {
        const folded = name.toLowerCase();
        known.set(folded, known.has(folded) && known.get(folded) !== name ? undefined : name);
      }
      schemas.set(key, known);
    }
    return schemas;
  }
}

function givenKeyOf({ namespace, name }: DatasetName): string {
  return JSON.stringify([namespace, name]);
}

function spelledKeyOf({ namespace, name }: DatasetName): string {
  const { identity } = RULES.spell({
    space: 'data',
    identityNamespace: namespaceOf(namespace),
    identityName: name,
  });
  return JSON.stringify([identity.identityNamespace, identity.identityName]);
}
