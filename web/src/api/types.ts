/** Kinds of asset, as the API names them. */
export type AssetKind = 'dataset' | 'model' | 'job' | 'endpoint' | 'workload';

/** What lists and the graph show of an asset. */
export interface AssetSummary {
  readonly id: string;
  readonly kind: AssetKind;
  readonly identityNamespace: string;
  readonly identityName: string;
  readonly namespace: string;
  readonly isManaged: boolean;
  readonly description: string | null;
  readonly owners: readonly string[];
  readonly tags: readonly string[];
  readonly updatedAt: string;
}

/** A place in the graph. `asset` is null and `id` no asset's id when the caller may not see it. */
export interface LineageNode {
  readonly id: string;
  readonly asset: AssetSummary | null;
  readonly isOpaque: boolean;
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly isTruncated: boolean;
}

export interface ColumnEdge {
  readonly fromAsset: { readonly id: string; readonly isOpaque: boolean };
  readonly fromColumn: string;
  readonly toAsset: { readonly id: string; readonly isOpaque: boolean };
  readonly toColumn: string;
  readonly transformation: 'direct' | 'indirect';
}

export interface Column {
  readonly name: string;
  readonly type: string | null;
  readonly description: string | null;
}

/** A file of a repository; `profile` is null where Cairn cannot read the format. */
export interface ProfiledFile {
  readonly path: string;
  readonly profile: {
    readonly rowCount: number | null;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  } | null;
}

export interface Facet {
  readonly name: string;
  readonly values: readonly { readonly value: string; readonly count?: number }[];
}

export interface SearchHit {
  readonly asset: AssetSummary;
  /** Plain text with « and » around what was found. */
  readonly highlight: string;
}

export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface Commit {
  readonly id: string;
  readonly message: string;
  readonly author: string;
  readonly committedAt: string;
}

export interface Ref {
  readonly name: string;
  readonly commitId: string;
  readonly isProtected: boolean;
}

export interface RepositoryDetails {
  readonly name: string;
  readonly defaultBranch: string;
  readonly branches: { readonly nodes: readonly Ref[] };
  readonly tags: { readonly nodes: readonly Ref[] };
  readonly log: { readonly nodes: readonly Commit[] };
}

export interface ProfileChange {
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
  readonly changedColumns: readonly {
    readonly name: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly rowCountBefore: number | null;
  readonly rowCountAfter: number | null;
  readonly isBreaking: boolean;
}

export interface PathChange {
  readonly path: string;
  readonly type: 'added' | 'removed' | 'modified';
  readonly profileChange: ProfileChange | null;
}

export interface LineageRun {
  readonly id: string;
  readonly state: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface ServedBy {
  readonly endpoint: EndpointDetails;
  readonly model: { readonly id: string; readonly identityName: string };
  readonly modelCommitId: string;
  /** Null when the asset is the model itself. */
  readonly dataCommitId: string | null;
  /** Null for a model that was not trained here. */
  readonly trainingRun: { readonly id: string; readonly state: string } | null;
}

export interface EndpointDetails {
  readonly name: string;
  readonly desired: string;
  readonly observed: string;
  readonly reason: string | null;
  readonly url: string | null;
  readonly asset: { readonly id: string };
  readonly revision: {
    readonly number: number;
    readonly repository: string;
    readonly commitId: string;
    readonly path: string;
  } | null;
}
