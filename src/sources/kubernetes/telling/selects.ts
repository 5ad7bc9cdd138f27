import type { Selector } from '../objects/resources.js';

/**
 * Whether a label selector picks an object. One that says nothing, or something unknown, picks none.
 * Source: Kubernetes, meta/v1 LabelSelector.
 */
export function selects(
  { matchLabels, matchExpressions }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(matchLabels ?? {});
  const expressions = matchExpressions ?? [];
  if (wanted.length + expressions.length === 0) return false;
  return (
    wanted.every(([name, value]) => labels[name] === value) &&
    expressions.every(({ key, operator, values }) => {
      const label = labels[key];
      switch (operator) {
        case 'In':
          return label !== undefined && (values ?? []).includes(label);
        case 'NotIn':
          return label === undefined || !(values ?? []).includes(label);
        case 'Exists':
          return label !== undefined;
        case 'DoesNotExist':
          return label === undefined;
        default:
          return false;
      }
    })
  );
}
