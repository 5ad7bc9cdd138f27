import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { describeSql } from './sql-spans.js';
import {
  currentTraceparent,
  failed,
  inSpan,
  noteworthy,
  tentatively,
  traceEnvironment,
  traceIds,
  tracer,
  withTraceparent,
} from './span.js';
import { TentativeSpans } from './tentative.js';

const exporter = new InMemorySpanExporter();
const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const names = () => exporter.getFinishedSpans().map(({ name }) => name);

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const spanProcessors = [new TentativeSpans(new SimpleSpanProcessor(exporter))];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
});
afterEach(() => exporter.reset());
afterAll(() => {
  for (const api of [trace, propagation, context]) api.disable();
});

describe('spans', () => {
  test('go on with a stored trace, and start one of their own where what is stored is none', async () => {
    await withTraceparent(CALLER, () => inSpan('work', {}, async () => undefined));
    expect(exporter.getFinishedSpans()[0]!.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    exporter.reset();
    for (const bad of [null, undefined, '', 'nonsense', CALLER.replace('00-', 'ff-'), `${CALLER} `])
      await withTraceparent(bad, () => inSpan('work', {}, async () => undefined));
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ parentSpanContext }) => parentSpanContext)).toEqual(spans.map(() => undefined));
    expect(spans).toHaveLength(6);
  });

  test('hand themselves on as traceparent, as environment and to the log', async () => {
    await inSpan('work', {}, async () => {
      const { trace_id, span_id } = traceIds();
      expect(currentTraceparent()).toBe(`00-${trace_id}-${span_id}-01`);
      expect(traceEnvironment()).toEqual({ TRACEPARENT: currentTraceparent() });
    });
    expect([currentTraceparent(), traceEnvironment(), traceIds()]).toEqual([null, {}, {}]);
  });

  test('tell of an error by its name, never by its message', async () => {
    const work = inSpan('thrown', {}, async () => {
      throw new RangeError('the password is hunter2');
    });
    await expect(work).rejects.toThrow('hunter2');
    await inSpan('caught', {}, async () => failed(new TypeError('hunter2')));
    const [thrown, caught] = exporter.getFinishedSpans();
    expect(thrown!.attributes).toEqual({ 'error.type': 'RangeError' });
    expect(caught!.attributes).toEqual({ 'error.type': 'TypeError' });
    expect([thrown!.status, caught!.status]).toEqual([{ code: 2 }, { code: 2 }]);
    expect([thrown!.events, caught!.events]).toEqual([[], []]);
  });

  test('name other work that they are also done for', async () => {
    await inSpan('batch', { links: [CALLER, null, 'nonsense'] }, async () => undefined);
    expect(exporter.getFinishedSpans()[0]!.links.map(({ context: { spanId } }) => spanId)).toEqual([
      'b7ad6b7169203331',
    ]);
  });
});

describe('a tentative piece of work', () => {
  const statement = () => tracer().startSpan('statement').end();

  test('that finds nothing leaves no trace, nor do its statements', async () => {
    expect(await tentatively('look', {}, async () => (statement(), 7))).toBe(7);
    expect(names()).toEqual([]);
  });

  test('that is said to be of note is kept whole, what came before included', async () => {
    await tentatively('look', {}, async () => {
      statement();
      noteworthy();
      statement();
    });
    expect(names()).toEqual(['statement', 'statement', 'look']);
  });

  test('that comes to real work, or fails, is kept', async () => {
    await tentatively('look', {}, async () => inSpan('work', {}, async () => undefined));
    expect(names()).toEqual(['work', 'look']);
    exporter.reset();
    const failing = tentatively('look', {}, async () => {
      statement();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(names().sort()).toEqual(['look', 'statement']);
  });

  test('does not hold back what goes on in another trace', async () => {
    await tentatively('look', {}, async () => {
      await withTraceparent(CALLER, () => inSpan('delivery', {}, async () => undefined));
    });
    expect(names()).toEqual(['delivery']);
  });
});

describe('a statement', () => {
  const cases: [string, string, string | undefined, string][] = [
    ['SELECT a FROM asset WHERE id = $1', 'SELECT', 'asset', 'SELECT a FROM asset WHERE id = $1'],
    [
      "select * from \"principal\" where name = 'ada''s' limit 200",
      'SELECT',
      'principal',
      'select * from "principal" where name = ? limit ?',
    ],
    ['INSERT INTO commit (id)\n  VALUES ($1)', 'INSERT', 'commit', 'INSERT INTO commit (id) VALUES ($1)'],
    ['UPDATE ref SET x = -1.5', 'UPDATE', 'ref', 'UPDATE ref SET x = -?'],
    [
      'WITH t AS (SELECT 1) INSERT INTO t2 SELECT 1',
      'WITH',
      't2',
      'WITH t AS (SELECT ?) INSERT INTO t2 SELECT ?',
    ],
    ['SELECT $tag$ secret $tag$, $$ more $$', 'SELECT', undefined, 'SELECT ?, ?'],
    ['COMMIT', 'COMMIT', undefined, 'COMMIT'],
    ['', 'SQL', undefined, ''],
  ];
  test.each(cases)('%s', (sql, operation, table, text) => {
    expect(describeSql(sql)).toEqual({ operation, table, text });
  });

  test('that is long is cut', () => {
    expect(describeSql(`SELECT ${'a, '.repeat(5_000)}b`).text).toHaveLength(2_000);
  });
});
