/** A namespace or source: something that holds assets, named by their OpenLineage namespace. */
export interface NamespaceRow {
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Source: Marquez's `Namespace`. Nobody owns OpenLineage's namespaces; Marquez says `anonymous` too of those that events made. */
export interface NamespaceShape extends NamespaceRow {
  readonly ownerName: 'anonymous';
  readonly description: null;
  readonly isHidden: false;
}

export function namespaceShape(row: NamespaceRow): NamespaceShape {
  return { ...row, ownerName: 'anonymous', description: null, isHidden: false };
}

/** Source: Marquez's `Source`. */
export interface SourceShape extends NamespaceRow {
  readonly type: string;
  /** A URI, which clients parse. */
  readonly connectionUrl: string;
  readonly description: null;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/** A source is where datasets of one namespace lie, so it has that name. */
export function sourceShape(row: NamespaceRow): SourceShape {
  const scheme = SCHEME.exec(row.name)?.[1];
  return {
    ...row,
    type: scheme?.toUpperCase() ?? 'OTHER',
    connectionUrl: encodeURI(row.name).replaceAll(/[[\]]/g, encodeURIComponent),
    description: null,
  };
}
