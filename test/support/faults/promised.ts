/** What the service said it did, and what it may have done without saying so. */
export class Promised {
  /** Commits that were acknowledged on main, by id. */
  readonly commits = new Set<string>();
  /** Texts that were uploaded, and referred to by nothing that stayed. */
  readonly garbage = new Set<string>();
  private readonly texts = new Map<string, { kept: string | undefined; possible: Set<string> }>();

  /** A request is about to be sent that, if it is done, gives the pair of files this text. */
  attempt(pair: string, text: string): void {
    const known = this.texts.get(pair) ?? { kept: undefined, possible: new Set<string>() };
    known.possible.add(text);
    this.texts.set(pair, known);
  }

  /** It was acknowledged. Texts whose fate is unknown may come before it or after it. */
  keep(pair: string, text: string, commitId: string): void {
    const known = this.texts.get(pair)!;
    known.possible.delete(text);
    known.kept = text;
    this.commits.add(commitId);
  }

  /** Pairs that somebody tried to write, with the texts that they may have; undefined is none. */
  *pairs(): Generator<[pair: string, texts: Set<string | undefined>]> {
    for (const [pair, { kept, possible }] of this.texts) yield [pair, new Set([kept, ...possible])];
  }

  /** Nothing is under way: the pair has this text, and no other can come. */
  settle(pair: string, text: string | undefined): void {
    this.texts.set(pair, { kept: text, possible: new Set() });
  }
}
