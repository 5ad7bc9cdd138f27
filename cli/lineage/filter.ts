import { type Command, Option } from 'commander';
import { instant } from '../output/arguments.js';

/** Which assets are shown; the others are gone through. */
export interface FilterOptions {
  readonly kind?: readonly string[];
  readonly namespace?: string;
  readonly tag?: string;
  readonly owner?: string;
  readonly jobType?: string;
  readonly seenSince?: string;
}

/** Adds the options of a filter to a command. */
export function addFilter(command: Command): void {
  command
    .addOption(
      new Option('--kind <kinds...>', 'only assets of these kinds').choices([
        'dataset',
        'model',
        'job',
        'endpoint',
        'workload',
      ]),
    )
    .option('--namespace <namespace>', 'only assets in this namespace and below it')
    .option('--tag <tag>', 'only assets that are classified so')
    .option('--owner <subject>', 'only assets of this owner, e.g. user:ada')
    .option('--job-type <word>', 'of jobs only those whose jobType facet has this word, e.g. STREAMING')
    .option(
      '--seen-since <instant>',
      'only assets of which an event told since then',
      instant('--seen-since'),
    );
}

/** The filter for the API; undefined for none. */
export function filterOf({
  kind,
  namespace,
  tag,
  owner,
  jobType,
  seenSince,
}: FilterOptions): object | undefined {
  const filter = { kinds: kind, namespace, tag, owner, jobType, seenSince };
  return Object.values(filter).every((value) => value === undefined) ? undefined : filter;
}
