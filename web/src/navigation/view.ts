/** What the whole screen shows; the URL carries exactly this. */
export type View = SearchView | AssetView | AccessView | PolicyView;

export const DIRECTIONS = ['both', 'upstream', 'downstream'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const TABS = ['overview', 'columns', 'rows', 'versions', 'runs', 'access', 'facets'] as const;
export type Tab = (typeof TABS)[number];

/** Hops, both included. */
export const DEPTH_RANGE = { min: 1, max: 10, usual: 2 } as const;
const MAX_EXPANSIONS = 40;
const MAX_TEXT = 512;

/** Whose requests for access are listed: those that wait for the reader, the reader's own, or all that they may see. */
export const ACCESS_LISTS = ['waiting', 'mine', 'all'] as const;
export type AccessList = (typeof ACCESS_LISTS)[number];

export interface SearchView {
  readonly page: 'search';
  readonly query: string;
  readonly kind?: string;
  readonly tag?: string;
  readonly namespace?: string;
}

/** Requests for access, and emergencies. */
export interface AccessView {
  readonly page: 'access';
  readonly list: AccessList;
}

/** The version of the policy that answers. */
export interface PolicyView {
  readonly page: 'policy';
}

/** A node whose neighbours on one side were asked for by hand. */
export interface Expansion {
  readonly id: string;
  readonly direction: Exclude<Direction, 'both'>;
}

export interface AssetView {
  readonly page: 'asset';
  /** The asset in the middle of the graph, by id. */
  readonly asset: string;
  readonly direction: Direction;
  readonly depth: number;
  /** The asset in the details panel; the one in the middle when absent. */
  readonly selected?: string;
  readonly isPanelOpen: boolean;
  readonly tab: Tab;
  /** A column of the selected asset, whose lineage is highlighted. */
  readonly column?: string;
  readonly expanded: readonly Expansion[];
  /** The classification of the selected asset, or of a column of it, whose origins are shown. */
  readonly tag?: ShownTag;
  /** The file whose rows are shown; the first table when absent. */
  readonly file?: string;
  /** Two revisions of the selected repository to compare. */
  readonly compare?: { readonly from: string; readonly to: string };
}

export interface ShownTag {
  readonly name: string;
  /** Absent for the asset as a whole. */
  readonly column?: string;
}

/** The usual view of an asset. */
export function assetView(asset: string): AssetView {
  return {
    page: 'asset',
    asset,
    direction: 'both',
    depth: DEPTH_RANGE.usual,
    isPanelOpen: true,
    tab: 'overview',
    expanded: [],
  };
}

/** Reads the part of a URL after `?`. It never fails: what it does not understand becomes the usual. */
export function parseView(search: string): View {
  const params = new URLSearchParams(search);
  const text = (name: string): string | undefined => params.get(name)?.slice(0, MAX_TEXT) || undefined;
  const page = params.get('page');
  if (page === 'policy') return { page };
  if (page === 'access') return { page, list: oneOf(ACCESS_LISTS, params.get('list')) ?? 'waiting' };
  const asset = text('asset');
  if (asset === undefined) {
    return {
      page: 'search',
      query: text('q') ?? '',
      ...present({ kind: text('kind'), tag: text('tag'), namespace: text('namespace') }),
    };
  }
  const [from, to] = [text('from'), text('to')];
  const [tag, tagged] = [text('tag'), text('tagged')];
  return {
    page: 'asset',
    asset,
    direction: oneOf(DIRECTIONS, params.get('direction')) ?? 'both',
    depth: parseDepth(params.get('depth')),
    isPanelOpen: params.get('panel') !== 'closed',
    tab: oneOf(TABS, params.get('tab')) ?? 'overview',
    expanded: parseExpansions(params.getAll('expand')),
    ...present({
      selected: text('selected'),
      column: text('column'),
      file: text('file'),
      tag: tag === undefined ? undefined : { name: tag, ...present({ column: tagged }) },
      compare: from !== undefined && to !== undefined ? { from, to } : undefined,
    }),
  };
}

/** The inverse of {@link parseView}: `?…`, or an empty string for the start. The usual is left out, so that links stay short. */
export function formatView(view: View): string {
  const params = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') params.append(name, value);
  };
  if (view.page === 'search') {
    set('q', view.query);
    set('kind', view.kind);
    set('tag', view.tag);
    set('namespace', view.namespace);
  } else if (view.page === 'access') {
    set('page', view.page);
    set('list', view.list === 'waiting' ? undefined : view.list);
  } else if (view.page === 'policy') {
    set('page', view.page);
  } else {
    set('asset', view.asset);
    set('direction', view.direction === 'both' ? undefined : view.direction);
    set('depth', view.depth === DEPTH_RANGE.usual ? undefined : String(view.depth));
    set('selected', view.selected);
    set('panel', view.isPanelOpen ? undefined : 'closed');
    set('tab', view.tab === 'overview' ? undefined : view.tab);
    set('column', view.column);
    set('from', view.compare?.from);
    set('to', view.compare?.to);
    set('file', view.file);
    set('tag', view.tag?.name);
    set('tagged', view.tag?.column);
    for (const { id, direction } of view.expanded) set('expand', `${direction}:${id}`);
  }
  const formatted = params.toString();
  return formatted === '' ? '' : `?${formatted}`;
}

function parseDepth(text: string | null): number {
  const depth = text !== null && /^\d{1,3}$/.test(text) ? Number(text) : DEPTH_RANGE.usual;
  return Math.min(DEPTH_RANGE.max, Math.max(DEPTH_RANGE.min, depth));
}

function parseExpansions(texts: readonly string[]): Expansion[] {
  const found = texts.slice(0, MAX_EXPANSIONS).flatMap((text) => {
    const match = /^(upstream|downstream):(.{1,512})$/s.exec(text);
    return match === null ? [] : [{ id: match[2]!, direction: match[1] as Expansion['direction'] }];
  });
  return found;
}

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | undefined {
  return values.find((value) => value === text);
}

/** Without the absent ones, so that views compare by value. */
function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
