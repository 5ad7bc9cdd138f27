import { expect, test } from '@jest/globals';
import { BatchEmissionError, ConfigurationError, EmissionError, InvalidEventError } from '../errors.js';
import { eventOf } from '../testing/events.js';
import { failureOf } from '../testing/failure-of.js';
import { CompositeTransport } from './composite.js';
import { messageKeyOf } from './kafka.js';
import type { Transport } from './transport.js';

const failure = (reason: string) =>
  new EmissionError({ transport: 'test', target: reason, attempts: 1, reason, retryable: true });

/** Notes what it was given, and fails as told. */
function recorder(error?: Error): Transport & { readonly taken: string[]; isClosed: boolean } {
  const taken: string[] = [];
  return {
    ...{ kind: 'test', taken, isClosed: false },
    async emit(event) {
      if (error) throw error;
      taken.push('job' in event ? event.job.name : '');
    },
    async emitBatch(events) {
      if (error) throw error;
      taken.push(...events.map((event) => ('job' in event ? event.job.name : '')));
    },
    async close() {
      this.isClosed = true;
    },
  };
}

test('each transport is given each event, and all are closed', async () => {
  const transports = [recorder(), recorder()];
  const composite = new CompositeTransport({ transports });
  await composite.emit(eventOf('a'));
  await composite.emitBatch([eventOf('b'), eventOf('c')]);
  await composite.emitBatch([]);
  await composite.close();
  for (const { taken, isClosed } of transports) expect([taken, isClosed]).toEqual([['a', 'b', 'c'], true]);
});

test('one that fails does not keep events from the others, unless it is to', async () => {
  const [broken, well] = [recorder(failure('down')), recorder()];
  await new CompositeTransport({ transports: [broken, well] }).emit(eventOf('a'));
  expect(well.taken).toEqual(['a']);
  const strict = new CompositeTransport({ transports: [broken, well], continueOnFailure: false });
  expect((await failureOf(EmissionError, strict.emit(eventOf('b')))).message).toContain('down');
  expect(well.taken).toEqual(['a']);
});

test('the first that takes an event may be enough', async () => {
  const [broken, first, second] = [recorder(failure('down')), recorder(), recorder()];
  const transports = [broken, first, second];
  await new CompositeTransport({ transports, continueOnSuccess: false }).emit(eventOf('a'));
  expect([first.taken, second.taken]).toEqual([['a'], []]);
});

test('the failure of all is one, and says why each failed', async () => {
  const batch = new BatchEmissionError(1, [{ index: 0, reason: 'no', retryable: false }], 0);
  const transports = [recorder(failure('down')), recorder(batch)];
  const error = await failureOf(EmissionError, new CompositeTransport({ transports }).emit(eventOf('a')));
  expect(error).toMatchObject({ transport: 'composite', retryable: true });
  expect(error.message).toMatch(/down.*were not accepted/);
});

test('an event that cannot be written is nobody else’s matter', async () => {
  const well = recorder();
  const transports = [recorder(new InvalidEventError('event', 'is wrong')), well];
  await failureOf(InvalidEventError, new CompositeTransport({ transports }).emit(eventOf('a')));
  expect(well.taken).toEqual([]);
});

test('none at all is refused', () => {
  expect(() => new CompositeTransport({ transports: [] })).toThrow(ConfigurationError);
});

test('a message of Kafka has the key of its job, of the root before the parent before its own', () => {
  const event = eventOf('child') as any;
  const { namespace } = event.job;
  expect(messageKeyOf(event)).toBe(`run:${namespace}/child`);
  event.run.facets = { parent: { run: {}, job: { namespace: 'n', name: 'parent' } } };
  expect(messageKeyOf(event)).toBe('run:n/parent');
  event.run.facets.parent.root = { run: {}, job: { namespace: 'n', name: 'root' } };
  expect(messageKeyOf(event)).toBe('run:n/root');
  const { run: _run, ...jobEvent } = event;
  expect(messageKeyOf(jobEvent)).toBe(`job:${namespace}/child`);
  const { job: _job, ...rest } = jobEvent;
  expect(messageKeyOf({ ...rest, dataset: { namespace: 'd', name: 'x' } })).toBe('dataset:d/x');
});
