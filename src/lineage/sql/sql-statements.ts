import { Injectable } from '@nestjs/common';
import type { EventBody } from '../events/event.js';
import { type ColumnSource, isFittingColumn } from '../projection/column-facts.js';
import { type DatasetName, questionOf } from './sql-question.js';
import type { SqlReader } from './sql-reader.js';

/** What a statement tells of one output of its event. */
export interface ReadOutput {
  readonly output: DatasetName;
  /** Null where it cannot be told which there are. */
  readonly inputs: readonly DatasetName[] | null;
  readonly columns: readonly ColumnSource[];
}

/** What an event's statement tells. */
export interface ReadStatement {
  readonly outputs: readonly ReadOutput[];
  /** What of it could not be read, in words for people. */
  readonly problems: readonly string[];
}

/** Statements of events. Who can read SQL is registered here: it lies in a room that uses this one. */
@Injectable()
export class SqlStatements {
  private reader: SqlReader | undefined;

  register(reader: SqlReader): void {
    this.reader = reader;
  }

  /** @returns undefined where the event has no statement that tells more than its facets */
  read(body: EventBody): Promise<ReadStatement> | undefined {
    return this.reader === undefined ? undefined : readStatement(this.reader, body);
  }
}

/** Reads the statement of an event. A function of the event alone, as its reader is. */
export function readStatement(reader: SqlReader, body: EventBody): Promise<ReadStatement> | undefined {
  const asked = questionOf(body);
  if (asked === undefined) return undefined;
  const { question, datasets, told } = asked;
  return reader.read(question).then(({ outputs, problems }) => ({
    problems,
    outputs: outputs
      // What an event tells itself is left for what is certain only.
      .filter(({ output, isExact }) => isExact || !told.has(output))
      .map(({ output, inputs, columns }) => ({
        output: datasets.get(output)!,
        inputs: inputs && inputs.map((name) => datasets.get(name)!),
        columns: columns
          .filter(({ sourceColumn, targetColumn }) => [sourceColumn, targetColumn].every(isFittingColumn))
          .map(({ source, ...column }) => ({ dataset: datasets.get(source)!, ...column })),
      })),
  }));
}
