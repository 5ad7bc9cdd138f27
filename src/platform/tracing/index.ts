/** The platform's third door, for code without Nest: spans, and the trace that calls to others carry. */
export {
  currentTraceparent,
  fail,
  failed,
  inSpan,
  isSampled,
  noteworthy,
  SpanKind,
  tentatively,
  traceEnvironment,
  traceHeaders,
  traceIds,
  tracer,
  withTraceparent,
} from './span.js';
