import type { FedEvent } from '../../lineage/index.js';

/** ECS that the fields follow. Source: Elastic Common Schema 8.17. */
const ECS_VERSION = '8.17.0';
/** Names of one event that are searched. */
const MAX_NAMES = 1_000;
const MAX_KEYWORD_CHARS = 8_000;

type Json = Readonly<Record<string, unknown>>;

/** A lineage event in fields of the Elastic Common Schema, and its own below `openlineage`. */
export function eventDocument({ id, kind, eventTime, receivedAt, principal, body }: FedEvent): Json {
  const { eventType, run, job, dataset, producer, schemaURL } = body as Json & {
    readonly run?: Json;
    readonly job?: Json;
    readonly dataset?: Json;
  };
  const type = typeof eventType === 'string' ? eventType : undefined;
  const facets = objectOf(run?.['facets']);
  const failure = objectOf(facets['errorMessage']);
  const parent = objectOf(objectOf(facets['parent'])['run']);
  return {
    '@timestamp': eventTime,
    ecs: { version: ECS_VERSION },
    message: [type ?? kind, nameOf(job ?? dataset)].join(' '),
    event: {
      ...{ id, kind: 'event', module: 'openlineage', dataset: `openlineage.${kind}` },
      ...(kind === 'run'
        ? { category: ['process'], type: [typeOf(type)] }
        : { category: ['database'], type: ['change'] }),
      action: type?.toLowerCase() ?? kind,
      outcome: outcomeOf(type),
      ...(type === 'START' && { start: eventTime }),
      ...(isEnd(type) && { end: eventTime }),
      provider: text(producer),
      created: receivedAt,
      original: JSON.stringify(body),
    },
    user: { name: principal },
    ...(failure['message'] !== undefined && {
      error: { message: text(failure['message']), stack_trace: text(failure['stackTrace']) },
    }),
    openlineage: {
      ...{ kind, event_type: type, schema_url: text(schemaURL) },
      run: { id: text(run?.['runId']), parent_id: text(parent['runId']) },
      job: { namespace: text(job?.['namespace']), name: text(job?.['name']) },
      inputs: namesOf(body['inputs']),
      outputs: namesOf(body['outputs']),
      ...(dataset !== undefined && { dataset: nameOf(dataset) }),
    },
  };
}

/** Source: ECS, event.type for event.category process. */
function typeOf(eventType: string | undefined): string {
  if (eventType === 'START') return 'start';
  return isEnd(eventType) ? 'end' : 'info';
}

function isEnd(eventType: string | undefined): boolean {
  return ['COMPLETE', 'FAIL', 'ABORT'].includes(eventType ?? '');
}

function outcomeOf(eventType: string | undefined): string {
  return eventType === 'COMPLETE' ? 'success' : eventType === 'FAIL' ? 'failure' : 'unknown';
}

function namesOf(datasets: unknown): string[] {
  return Array.isArray(datasets)
    ? datasets.slice(0, MAX_NAMES).map((dataset) => nameOf(objectOf(dataset)))
    : [];
}

function nameOf(of: Json | undefined): string {
  return `${text(of?.['namespace']) ?? ''}/${text(of?.['name']) ?? ''}`.slice(0, MAX_KEYWORD_CHARS);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_KEYWORD_CHARS) : undefined;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
