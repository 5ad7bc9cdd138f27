import type { Answer, Good } from './bundles.js';

interface Span {
  readonly good: Good;
  readonly fromMs: number;
  untilMs: number;
}

/** Knows at each moment which versions may answer, and what each of them says. */
export class Model {
  private readonly spans: Span[] = [];
  readonly wrong: string[] = [];
  answers = 0;
  lists = 0;

  /** A good bundle is about to be handed in, or called back: from now on it may answer. */
  mayAnswer(...goods: readonly Good[]): void {
    for (const good of goods) this.spans.push({ good, fromMs: Date.now(), untilMs: Infinity });
  }

  /** All replicas were seen to answer by it: nothing else may any more. */
  onlyAnswers({ version }: Good): void {
    const now = Date.now();
    for (const span of this.spans)
      if (span.good.version !== version && span.untilMs === Infinity) span.untilMs = now;
  }

  /** An answer that names its version. @param askedMs before it was asked */
  hear(subject: string, version: string, answer: Answer, askedMs: number): void {
    this.answers += 1;
    const span = this.at(askedMs).find(({ good }) => good.version === version);
    const expected = span?.good.answers.get(subject);
    if (expected === undefined) this.wrong.push(`${subject}: ${version} must not answer now`);
    else if (JSON.stringify(expected) !== JSON.stringify(answer))
      this.wrong.push(
        `${subject}: ${version} says ${JSON.stringify(expected)}, heard ${JSON.stringify(answer)}`,
      );
  }

  /** Whether a subject saw the asset in a list, which names no version: some version that may answer must say so. */
  see(subject: string, isSeen: boolean, askedMs: number): void {
    this.lists += 1;
    const isRight = this.at(askedMs).some(({ good }) => good.answers.get(subject)?.allowed === isSeen);
    if (!isRight) this.wrong.push(`${subject}: seen ${isSeen}, by no version that may answer`);
  }

  private at(askedMs: number): Span[] {
    return this.spans.filter(({ untilMs }) => untilMs >= askedMs);
  }
}
