import type { Things } from '../things.js';

/** What is asked, as it goes over the wire. */
export interface Question {
  /** Which port: the service's own, or the S3 gateway's. */
  readonly to: 'service' | 's3';
  readonly method: string;
  /** Path and query. */
  readonly route: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the gateway: the signature is in the address. */
  readonly isPresigned?: true;
}

/** Why nobody, not even the administrator, is shown anything hidden at a door. */
export type Silence =
  /** It tells the caller of the caller. */
  | 'aboutTheCaller'
  /** The same for all the world: that it is alive, how it is called. */
  | 'publicFacts'
  /** It refuses all, or says no more than that it was done. */
  | 'saysNothing'
  /** It lists things that nobody may hide. */
  | 'forAdministrators';

/** A door, what is asked there, and how it is known that the question would have shown something. */
export interface Row {
  /** As `AccessCheck` names it, or `s3 Operation`. */
  readonly door: string;
  /** Asked about what is there for all, and about what is hidden; of writes about what is hidden only. */
  readonly asks: readonly ((things: Things) => Question)[];
  /**
   * How the administrator is answered in the world with the hidden things: `shown`: with a marker that he did not send. `differs`: otherwise than in the
   * world without them. A {@link Silence}: as everybody.
   */
  readonly control: 'shown' | 'differs' | Silence;
  /** Changes something for who may. Nothing may be changed for who may not. */
  readonly isWrite: boolean;
  /** Makes something of the caller's own, whoever it is. */
  readonly changesOwn?: true;
  /** A name that is unique in the whole service: who may make things is told that it is taken. Says why it cannot be otherwise. */
  readonly takes?: string;
  /** Who may see what is asked for here, beside the administrator: it carries no classification. */
  readonly seenBy?: readonly string[];
  /** Paths stay connected: what leads through hidden things has nodes that say nothing. */
  readonly opaque?: true;
  /** Measurements of the whole service, without a name in them. */
  readonly isMeasured?: true;
  /** Ends what later rows need; asked last by the administrator. */
  readonly ends?: true;
}

type Ask = (things: Things) => Question;
type Options = Partial<Pick<Row, 'changesOwn' | 'takes' | 'opaque' | 'ends'>>;

/** A door that shows. */
export const read = (door: string, ...asks: Ask[]): Row => ({ door, asks, control: 'shown', isWrite: false });

/** A door that shows nothing of anything hidden. */
export const silent = (door: string, control: Silence, ...asks: Ask[]): Row => ({
  ...{ door, asks, control, isWrite: false },
});

/** A door that shows what leads through hidden things as nodes that say nothing. */
export const connected = (door: string, ...asks: Ask[]): Row => ({ ...read(door, ...asks), opaque: true });

/** A door that changes. */
export const write = (door: string, ask: Ask, options: Options & { control?: Row['control'] } = {}): Row => ({
  ...{ door, asks: [ask], control: options.takes === undefined ? 'differs' : 'saysNothing', isWrite: true },
  ...options,
});

/** A text as GraphQL and JSON write it. */
export const s = (text: string): string => JSON.stringify(text);

const JSON_TYPE = { 'content-type': 'application/json' };

export const gql = (query: string, variables?: object): Question => ({
  ...{ to: 'service', method: 'POST', route: '/graphql', headers: JSON_TYPE },
  body: JSON.stringify({ query, variables }),
});

/** Asks for a mutation with one input. */
export const mutate = (name: string, type: string, input: object, fields = ''): Question =>
  gql(`mutation($i: ${type}!) { ${name}(input: $i) ${fields === '' ? '' : `{ ${fields} }`} }`, { i: input });

export const http = (
  method: string,
  route: string,
  body?: object | string,
  headers: object = {},
): Question => ({
  ...{ to: 'service', method, route },
  ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  headers: { ...(typeof body === 'object' && JSON_TYPE), ...headers },
});

export const get = (route: string): Question => http('GET', route);

export const s3 = (
  method: string,
  route: string,
  body?: string,
  headers: Record<string, string> = {},
): Question => ({
  ...{ to: 's3', method, route, headers },
  ...(body !== undefined && { body }),
});

/** One segment of a path, or a value of a query. */
export const e = encodeURIComponent;
