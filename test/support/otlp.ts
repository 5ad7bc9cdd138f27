/** Attribute values as OTLP has them, without their type. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[] | undefined;

/** A span as a collector sees it. Ids in hex. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly linkedSpanIds: readonly string[];
  /** 0 unset, 1 ok, 2 error */
  readonly status: number;
  readonly resource: Readonly<Record<string, AttributeValue>>;
}

type Fields = ReadonlyMap<number, readonly (Buffer | number)[]>;

/** The fields of a protobuf message by number: numbers for varints, bytes for all else. */
function fieldsOf(message: Buffer): Fields {
  const fields = new Map<number, (Buffer | number)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Buffer => message.subarray(at, (at += length));
  while (at < message.length) {
    const tag = varint();
    const [number, type] = [tag >>> 3, tag & 7];
    if (![0, 1, 2, 5].includes(type)) throw new Error(`wire type ${type} at byte ${at}`);
    const value = type === 0 ? varint() : bytes(type === 1 ? 8 : type === 5 ? 4 : varint());
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

const messages = (fields: Fields, number: number) =>
  (fields.get(number) ?? []).map((b) => fieldsOf(b as Buffer));
const bytesOf = (fields: Fields, number: number) =>
  (fields.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
const numberOf = (fields: Fields, number: number) => (fields.get(number)?.[0] as number | undefined) ?? 0;

/** Source: opentelemetry-proto common.proto, AnyValue. */
function anyValue(value: Fields): AttributeValue {
  if (value.has(1)) return bytesOf(value, 1).toString();
  if (value.has(2)) return numberOf(value, 2) === 1;
  if (value.has(3)) return numberOf(value, 3);
  if (value.has(4)) return bytesOf(value, 4).readDoubleLE();
  if (value.has(5)) return messages(messages(value, 5)[0]!, 1).map(anyValue);
  return undefined;
}

function attributes(of: Fields, number: number): Record<string, AttributeValue> {
  return Object.fromEntries(
    messages(of, number).map((pair) => [bytesOf(pair, 1).toString(), anyValue(messages(pair, 2)[0]!)]),
  );
}

/** The spans of an ExportTraceServiceRequest in protobuf. Source: opentelemetry-proto trace.proto 1.x. */
export function spansOfProtobuf(body: Buffer): CollectedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const resource = attributes(messages(resourceSpans, 1)[0]!, 1);
    return messages(resourceSpans, 2).flatMap((scope) =>
      messages(scope, 2).map((span) => ({
        traceId: bytesOf(span, 1).toString('hex'),
        spanId: bytesOf(span, 2).toString('hex'),
        parentSpanId: bytesOf(span, 4).toString('hex'),
        name: bytesOf(span, 5).toString(),
        kind: numberOf(span, 6),
        attributes: attributes(span, 9),
        linkedSpanIds: messages(span, 13).map((link) => bytesOf(link, 2).toString('hex')),
        status: messages(span, 15).map((status) => numberOf(status, 3))[0] ?? 0,
        resource,
      })),
    );
  });
}

type JsonPairs = { key: string; value: Record<string, any> }[];

const jsonAttributes = (pairs: JsonPairs = []) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0] as AttributeValue]));

/** The spans of an ExportTraceServiceRequest in JSON. */
export function spansOfJson(body: Buffer): CollectedSpan[] {
  const { resourceSpans } = JSON.parse(body.toString()) as { resourceSpans: any[] };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }: { spans: any[] }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind,
        attributes: jsonAttributes(span.attributes),
        linkedSpanIds: (span.links ?? []).map(({ spanId }: { spanId: string }) => spanId),
        status: span.status?.code ?? 0,
        resource: jsonAttributes(resource.attributes),
      })),
    ),
  );
}
