import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Panel {
  readonly targets?: readonly { readonly expr: string }[];
}

/** The queries of a Grafana dashboard, and of its variables. */
export function queriesOfDashboard(file: string): string[] {
  const { panels, templating } = JSON.parse(readFileSync(file, 'utf8')) as {
    panels: Panel[];
    templating: { list: { query: string | { query: string } }[] };
  };
  const variables = templating.list.flatMap(({ query }) =>
    typeof query === 'object' ? [/^label_values\((\w+),/.exec(query.query)![1]!] : [],
  );
  return [...variables, ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
}

/** The queries of a file of Prometheus rules. */
export function queriesOfRules(file: string): string[] {
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
  return groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
}

const OPERATORS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'and',
  'or',
  'unless',
  'offset',
  'bool',
]);

/** Names of metrics and labels that a PromQL query speaks of. */
export function namesIn(query: string): { metrics: string[]; labels: string[] } {
  const labels: string[] = [];
  const rest = query
    .replace(/"[^"]*"/g, '""')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g, (_, names: string) => {
      labels.push(...names.split(',').map((name) => name.trim()));
      return '';
    })
    .replace(/\{([^}]*)\}/g, (_, matchers: string) => {
      labels.push(...[...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, name]) => name!));
      return '';
    })
    .replace(/\[[^\]]*\]/g, '');
  const metrics = [...rest.matchAll(/[a-zA-Z_:][\w:]*(?!\w*\s*\()/g)].map(([name]) => name);
  return { metrics: metrics.filter((name) => !OPERATORS.has(name)), labels };
}
