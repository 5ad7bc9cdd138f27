import {
  type Attributes,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { TENTATIVE, Tentative } from './tentative.js';

export { SpanKind };

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a span says of its work. Names and numbers of the system only: no secret, nothing of a person, nothing of content. */
export interface SpanOptions {
  /** Default: internal. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** W3C `traceparent`s of other work that this is also done for. */
  readonly links?: readonly (string | null | undefined)[];
}

/** The service's tracer; without tracing its spans cost nothing and go nowhere. */
export const tracer = () => trace.getTracer('cairn');

/**
 * Runs `work` in a span, below the one under way. What it throws ends the span as failed, by the name of the error only: messages may
 * hold values. A {@link tentatively tentative} piece of work that comes to a span of this kind is kept.
 */
export async function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  noteworthy();
  return run(name, options, work);
}

/**
 * Runs `work` in a span that is recorded only if something of note happened within: it failed, it came to {@link inSpan}, or it
 * called {@link noteworthy}. For looks at what there is to do, most of which find nothing.
 */
export async function tentatively<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const tentative = new Tentative();
  return context.with(context.active().setValue(TENTATIVE, tentative), async () => {
    try {
      return await run(name, options, work);
    } catch (error) {
      tentative.keep();
      throw error;
    } finally {
      tentative.settle();
    }
  });
}

/** Says that the work under way is worth its place in a trace. */
export function noteworthy(): void {
  (context.active().getValue(TENTATIVE) as Tentative | undefined)?.keep();
}

async function run<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const { kind, attributes } = options;
  const links = (options.links ?? []).flatMap((traceparent): Link[] => {
    const linked = trace.getSpanContext(contextOf(traceparent));
    return linked ? [{ context: linked }] : [];
  });
  const span = tracer().startSpan(name, { kind, attributes, links });
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks the span under way as failed, for an error that is not thrown through it. */
export function failed(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span) fail(span, error);
}

/** Marks a span as failed, by the name of the error. */
export function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
}

/** Runs `work` as a part of the trace that a stored `traceparent` tells of, and of no trace if it is none. */
export function withTraceparent<T>(traceparent: string | null | undefined, work: () => T): T {
  return context.with(contextOf(traceparent), work);
}

/** Whether a stored `traceparent` tells of a trace that is kept. */
export function isSampled(traceparent: string | null | undefined): boolean {
  return ((trace.getSpanContext(contextOf(traceparent))?.traceFlags ?? 0) & TraceFlags.SAMPLED) !== 0;
}

/** Headers by which a call to another system carries the trace under way: `traceparent` and, if there is one, `tracestate`. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** The W3C `traceparent` of the work under way, to be stored with what follows from it; null without one. */
export function currentTraceparent(): string | null {
  return traceHeaders()['traceparent'] ?? null;
}

/**
 * Variables by which a process carries the trace under way.
 * Source: OpenTelemetry, "Environment Variables as Context Propagation Carriers": `TRACEPARENT`, `TRACESTATE`.
 */
export function traceEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(traceHeaders()).map(([name, value]) => [name.toUpperCase(), value]),
  );
}

/** The ids of the span under way, as log lines carry them; empty without one. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getSpanContext(context.active());
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

function contextOf(traceparent: string | null | undefined) {
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return ROOT_CONTEXT;
  return propagation.extract(ROOT_CONTEXT, { traceparent });
}
