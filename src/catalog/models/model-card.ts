import type { ContentProfile } from '../profiles/index.js';
import type { Commit } from '../versions/index.js';
import type { MlModel, Signature, SignatureField } from './ml-model.js';
import type { ModelVersion, RegisteredModel, Tags } from './registered-model.js';

/** A file of a version. */
export interface VersionFile {
  /** Below the version's own path. */
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType?: string;
  readonly profile?: ContentProfile;
}

/** A commit that the model was trained on. */
export interface TrainingInput {
  /** Where the run found it. */
  readonly mount: string;
  readonly commitId: string;
  /** Repositories with that commit which the reader may know of. */
  readonly repositories: readonly string[];
}

/** All that is known of a version. Nothing in it was asked of a person but descriptions and tags. */
export interface VersionFacts {
  readonly model: RegisteredModel;
  readonly owners: readonly string[];
  readonly classifications: readonly string[];
  readonly version: ModelVersion;
  readonly commit: Commit;
  /** By path; at most {@link MAX_FACT_FILES}. */
  readonly files: readonly VersionFile[];
  /** There are more files than were read. */
  readonly hasMoreFiles: boolean;
  readonly mlModel?: MlModel;
  readonly signature?: Signature;
  readonly trainedOn: readonly TrainingInput[];
  readonly contentHash?: string;
  readonly codeCommit?: string;
}

export const MAX_FACT_FILES = 1000;
const ABSENT = '_not recorded_';

/** A model card in Markdown: facts alone, and where one is absent it says so. */
export function modelCard(facts: VersionFacts): string {
  const { model, version, commit } = facts;
  const sections = [
    `# ${text(model.name)}, version ${version.number}`,
    list([
      ['About the model', model.description === null ? ABSENT : text(model.description)],
      ['About the version', version.description === null ? ABSENT : text(version.description)],
      ['Stage', version.stage === 'None' ? ABSENT : version.stage],
      ['Aliases', codes(version.aliases)],
      ['Owners', codes(facts.owners)],
      ['Classifications', codes(facts.classifications)],
      ['Registered', `by ${code(version.createdBy)} at ${version.createdAt.toISOString()}`],
      [
        'Content',
        `${code(`${version.repository}@${version.commitId}`)}${version.path === '' ? '' : `, below ${code(version.path)}`}`,
      ],
      ['Committed', `by ${code(commit.author)} at ${commit.committedAt.toISOString()}`],
      ['Made from', code(version.source)],
    ]),
    '## Training',
    list([
      ['Run', version.runId === null ? ABSENT : code(version.runId)],
      ['Code', facts.codeCommit === undefined ? ABSENT : code(facts.codeCommit)],
      ['Content hash', facts.contentHash === undefined ? ABSENT : code(facts.contentHash)],
    ]),
    '### Data',
    table(
      ['mount', 'commit', 'repository'],
      facts.trainedOn.map(({ mount, commitId, repositories }) => [
        code(mount),
        code(commitId),
        repositories.length === 0 ? '_not visible to you_' : codes(repositories),
      ]),
    ),
    '### Parameters',
    table(['name', 'value'], pairs(version.params)),
    '## Metrics',
    table(
      ['name', 'value'],
      Object.entries(version.metrics)
        .sort(byName)
        .map(([name, value]) => [code(name), String(value)]),
    ),
    '## Signature',
    signature(facts.signature),
    '## Files',
    files(facts),
    '## Tags',
    table(['name', 'value'], pairs({ ...model.tags, ...version.tags })),
  ];
  return `${sections.join('\n\n')}\n`;
}

function signature(found: Signature | undefined): string {
  if (found === undefined) return ABSENT;
  const rows = (part: string, fields: readonly SignatureField[]): string[][] =>
    fields.map(({ name, type }) => [part, name === undefined ? '' : code(name), code(type)]);
  const all = [
    ...rows('input', found.inputs),
    ...rows('output', found.outputs),
    ...rows('parameter', found.params),
  ];
  return `Read from ${code(found.source)}.\n\n${table(['', 'name', 'type'], all)}`;
}

function files({ files: all, hasMoreFiles, mlModel }: VersionFacts): string {
  const rows = all.map(({ path, sha256, sizeBytes, profile }) => [
    code(path),
    String(sizeBytes),
    profile === undefined ? '' : profile.format,
    code(sha256),
  ]);
  const problems = [
    ...(mlModel?.problems ?? []),
    ...all.flatMap(({ path, profile }) => (profile?.problems ?? []).map((problem) => `${path}: ${problem}`)),
  ];
  return [
    `Flavors: ${codes(mlModel?.flavors ?? [])}`,
    table(['path', 'bytes', 'format', 'SHA-256'], rows),
    ...(hasMoreFiles ? [`There are more; the first ${MAX_FACT_FILES} are shown.`] : []),
    ...(problems.length > 0 ? [problems.map((problem) => `- ${text(problem)}`).join('\n')] : []),
  ].join('\n\n');
}

function list(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, value]) => `- **${name}**: ${value}`).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ABSENT;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function pairs(values: Tags): string[][] {
  return Object.entries(values)
    .sort(byName)
    .map(([name, value]) => [code(name), code(value)]);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function codes(values: readonly string[]): string {
  return values.length === 0 ? ABSENT : values.map(code).join(', ');
}

/** Text of others as a span of code: no markup in it counts. */
function code(value: string): string {
  const line = oneLine(value).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Text of others as text: markup and HTML in it are shown, not followed. */
function text(value: string): string {
  return oneLine(value).replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (char) => `\\${char}`);
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ').trim();
}
