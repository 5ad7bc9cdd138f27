import { type Context, createContextKey } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Where a context holds the {@link Tentative} that its spans belong to. */
export const TENTATIVE = createContextKey('cairn tentative');

/** Spans of one piece of work, held back until it is known whether they are wanted. */
export class Tentative {
  private held: (() => void)[] = [];
  private isKept = false;
  private isSettled = false;

  /** All of it is wanted. */
  keep(): void {
    if (this.isSettled) return;
    this.isKept = true;
    for (const deliver of this.held.splice(0)) deliver();
  }

  /** The work is over: what was not kept till now is not wanted. */
  settle(): void {
    this.isSettled = true;
    this.held = [];
  }

  /** Delivers now, later or never. */
  offer(deliver: () => void): void {
    if (this.isKept) deliver();
    else if (!this.isSettled) this.held.push(deliver);
  }
}

/** Hands spans on, those of tentative work only once that is kept. */
export class TentativeSpans implements SpanProcessor {
  private readonly belongsTo = new WeakMap<object, Tentative>();

  constructor(private readonly next: SpanProcessor) {}

  onStart(span: Span, parent: Context): void {
    const tentative = parent.getValue(TENTATIVE) as Tentative | undefined;
    if (tentative) this.belongsTo.set(span, tentative);
    this.next.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    const deliver = () => this.next.onEnd(span);
    const tentative = this.belongsTo.get(span);
    if (tentative) tentative.offer(deliver);
    else deliver();
  }

  forceFlush(): Promise<void> {
    return this.next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.next.shutdown();
  }
}
