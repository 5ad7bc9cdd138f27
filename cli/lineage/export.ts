import { type Command, Option } from 'commander';
import { UsageError } from '../exit-codes.js';
import { instant, wholeNumber } from '../output/arguments.js';
import { formatSize } from '../output/format.js';
import { fileOf } from '../output/target-file.js';
import type { Session } from '../session.js';
import { ASSET_ARGUMENT, resolveAsset } from './asset-name.js';
import { formatDot } from './dot.js';
import { ExportTarget } from './export-target.js';
import { graphOf } from './graph-pages.js';

/** Events that one request looks at: so much is asked again when a connection breaks. */
const EVENTS_AT_ONCE = 10_000;

const TOO_LARGE = 'There is more around the asset than was looked at. Choose a smaller depth.';

interface ExportOptions {
  readonly format: 'csv' | 'openlineage' | 'dot';
  readonly output?: string;
  readonly columns?: boolean;
  readonly direction?: string;
  readonly depth?: number;
  readonly asOf?: string;
  readonly after?: string;
}

/** `lineage export`. @param lineage the command that it stands under */
export function addExport(lineage: Command, open: () => Session): void {
  lineage
    .command('export')
    .description(
      'edges as CSV, or the events that the graph follows from; a picture is `lineage ASSET --format dot`',
    )
    .argument('[asset]', `only what is around it, or names it: ${ASSET_ARGUMENT}`)
    .addOption(
      new Option('--format <format>', 'a table of edges, events as JSON lines, or a picture around an asset')
        .choices(['csv', 'openlineage', 'dot'])
        .default('csv'),
    )
    .option('-o, --output <file>', 'instead of standard output')
    .option('--columns', 'csv: edges between columns')
    .addOption(
      new Option('--direction <which>', 'csv and dot, around an asset').choices([
        'both',
        'upstream',
        'downstream',
      ]),
    )
    .option('--depth <hops>', 'csv and dot, around an asset: how far, 1–20', wholeNumber('--depth', 1, 20))
    .option('--as-of <instant>', 'csv and dot: what held then, by the times of events', instant('--as-of'))
    .option('--after <position>', 'openlineage: only what came after an earlier export')
    .action(async (name: string | undefined, given: ExportOptions) => {
      const options = { ...given, output: fileOf(given.output) };
      check(name, options);
      const session = open();
      const client = session.connect();
      const asset = name === undefined ? undefined : await resolveAsset(client, name);
      if (options.format === 'dot') return exportPicture(session, asset!, options);
      const query = new URLSearchParams({ format: options.format });
      if (asset !== undefined) query.set('asset', asset);
      if (options.format === 'openlineage') return exportEvents(session, query, options);
      if (options.columns === true) query.set('of', 'columns');
      for (const key of ['direction', 'depth', 'asOf'] as const)
        if (options[key] !== undefined) query.set(key, String(options[key]));
      await exportEdges(session, query, options);
    });
}

/** What the service would refuse by the names of its parameters is refused by those of options. */
function check(name: string | undefined, options: ExportOptions): void {
  const { format, columns, direction, depth, asOf, after } = options;
  if (format === 'openlineage' && [direction, depth, asOf].some((value) => value !== undefined))
    throw new UsageError('--direction, --depth and --as-of are of --format csv and dot');
  if (format !== 'csv' && columns === true) throw new UsageError('--columns is of --format csv');
  if (format !== 'openlineage' && after !== undefined)
    throw new UsageError('--after is of --format openlineage');
  if (format === 'dot' && name === undefined) throw new UsageError('--format dot needs an asset');
  if (name === undefined && (direction !== undefined || depth !== undefined))
    throw new UsageError('--direction and --depth need an asset');
}

async function exportEdges(
  { io, output, connect }: Session,
  query: URLSearchParams,
  options: ExportOptions,
): Promise<void> {
  const target = await ExportTarget.open(io, options.output, 'edges');
  try {
    const answer = await connect().request(`/api/v1/lineage/export?${query}`);
    await target.take(bodyOf(answer));
    await target.keep();
    if (options.output !== undefined)
      output.result(
        { file: options.output, sizeBytes: target.bytes },
        `Exported ${formatSize(target.bytes)} to ${options.output}.`,
      );
    if (answer.headers.get('x-cairn-truncated') === 'true') output.message(TOO_LARGE);
  } finally {
    await target.close();
  }
}

async function exportPicture(
  { io, output, connect }: Session,
  id: string,
  { output: file, direction = 'both', depth = 3, asOf }: ExportOptions,
): Promise<void> {
  const graph = await graphOf(connect(), { id, direction, depth, asOf }, Infinity);
  const target = await ExportTarget.open(io, file, 'lines');
  try {
    await target.take([Buffer.from(`${formatDot(graph)}\n`)]);
    await target.keep();
  } finally {
    await target.close();
  }
  if (file !== undefined)
    output.result({ file, sizeBytes: target.bytes }, `Exported ${formatSize(target.bytes)} to ${file}.`);
  if (graph.isTruncated) output.message(TOO_LARGE);
}

/** Node has a body be iterated, TypeScript's library of browsers does not know. */
function bodyOf({ body }: Response): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return body === null ? [] : (body as unknown as AsyncIterable<Uint8Array>);
}

async function exportEvents(
  { io, output, connect }: Session,
  query: URLSearchParams,
  options: ExportOptions,
): Promise<void> {
  const client = connect();
  const target = await ExportTarget.open(io, options.output, 'events');
  let after = options.after ?? '0';
  query.set('limit', String(EVENTS_AT_ONCE));
  try {
    for (let hasMore = true; hasMore;) {
      query.set('after', after);
      const answer = await client.request(`/api/v1/lineage/export?${query}`);
      await target.take(bodyOf(answer));
      after = answer.headers.get('x-cairn-after') ?? after;
      hasMore = answer.headers.get('x-cairn-has-more') === 'true';
    }
    await target.keep();
  } catch (error) {
    if (target.lines > 0) {
      // What came whole is kept.
      await target.keep();
      output.message(`It ended too early. Go on with --after ${after}.`);
    }
    throw error;
  } finally {
    await target.close();
  }
  if (options.output !== undefined) {
    const { lines, bytes: sizeBytes } = target;
    output.result(
      { file: options.output, events: lines, sizeBytes, after },
      `Exported ${lines} ${lines === 1 ? 'event' : 'events'}, ${formatSize(sizeBytes)}, to ${options.output}.`,
    );
  }
  output.message(`What comes later: --after ${after}`);
}
