/** Columns of the asset table as policy's predicate names them, for an alias. */
export function policyColumns(alias: string): {
  namespace: string;
  kind: string;
  name: string;
  tags: string;
} {
  return {
    namespace: `${alias}.namespace`,
    kind: `${alias}.kind`,
    name: `${alias}.identity_name`,
    tags: `${alias}.tags`,
  };
}

/** The columns of an `Asset`, under the names of its fields, for an alias. */
export function assetColumns(alias: string): string {
  return `${alias}.id, ${alias}.space, ${alias}.kind, ${alias}.identity_namespace AS "identityNamespace",
    ${alias}.identity_name AS "identityName", ${alias}.namespace, ${alias}.is_managed AS "isManaged", ${alias}.description,
    ${alias}.owners, ${alias}.tags, ${alias}.alias_of AS "aliasOf", ${alias}.created_at AS "createdAt", ${alias}.updated_at AS "updatedAt"`;
}
