import type { Node } from 'libpg-query';
import type { Offset } from '../model/expression.js';
import { problem } from '../model/problems.js';
import type { Query } from '../model/query.js';
import type { Problem, ProblemCode } from '../model/statement.js';

/** The `String` nodes of a list, as texts. */
export function textsOf(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));
}

/** The reading of one statement's tree: turns its places into offsets and gathers what is not understood. */
export class Reader {
  readonly problems: Problem[] = [];
  /** Windows of the select lists around, by name; the innermost last. */
  readonly windows: ReadonlyMap<string, readonly Node[]>[] = [];

  /**
   * @param offsetOf of a byte of the text
   * @param readQuery handed in, because expressions hold queries and queries hold expressions
   */
  constructor(
    private readonly offsetOf: (byte: number) => Offset,
    private readonly readQuery: (reader: Reader, node: Node) => Query,
  ) {}

  at(location: number | undefined): Offset {
    return location === undefined || location < 0 ? -1 : this.offsetOf(location);
  }

  query(node: Node): Query {
    return this.readQuery(this, node);
  }

  tell(code: ProblemCode, subject: string, location: number | undefined): void {
    if (!this.problems.some((known) => known.code === code && known.subject === subject))
      this.problems.push(problem(code, subject, this.at(location)));
  }
}
