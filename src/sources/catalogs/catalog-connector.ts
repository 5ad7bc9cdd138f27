/** A column as its source names it. */
export interface ExternalColumn {
  readonly name: string;
  /** In the source's own words: `numeric(12,2)`, `int64`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly description?: string;
}

/** What a source says of the amount of a table's content, as far as it does. */
export interface ExternalStatistics {
  readonly rowCount?: number;
  /** The count is the source's own estimate, or of a part. */
  readonly isEstimate?: boolean;
  readonly sizeBytes?: number;
  readonly files?: number;
}

/** A table, view or set of files that a source holds. */
export interface ExternalTable {
  /** OpenLineage's name of the source: `postgres://HOST:PORT`, `s3://BUCKET`. */
  readonly identityNamespace: string;
  /** OpenLineage's name in it: `DATABASE.SCHEMA.TABLE`, the path of a prefix. */
  readonly identityName: string;
  readonly columns: readonly ExternalColumn[];
  readonly description?: string;
  readonly statistics: ExternalStatistics;
  /** Changes when the content does; undefined where the source cannot tell. */
  readonly contentVersion?: string;
  /** It is there, and was written while it was read: what was known of it stays, and the next scan looks again. */
  readonly isUnread?: boolean;
  /** What of it could not be read. */
  readonly problems?: readonly string[];
}

/**
 * A source that knows tables which others made. Reads only. Every connector passes `describeCatalogConnector`.
 */
export interface CatalogConnector {
  /**
   * All tables that the credentials may see, each once. A table that is changed meanwhile appears as it was or as it is.
   * @param signal ends it early: what is under way throws
   * @throws {SourceUnavailableError} the source does not answer, or refuses; what came before is no complete list then
   */
  tables(signal: AbortSignal): AsyncIterable<ExternalTable>;

  /** Lets go of connections. */
  close(): Promise<void>;
}
