import type { Command } from 'commander';
import { gather } from '../output/arguments.js';

/** The scope of a new credential, as options give it. */
export interface ScopeOptions {
  readonly namespace?: readonly string[];
  readonly action?: readonly string[];
}

/** Adds `--namespace` and `--action`, each of which may be given several times. */
export function withScope(command: Command): Command {
  return command
    .option('--namespace <name>', 'only in this namespace and all below it; several times for more', gather)
    .option('--action <action>', 'only for this action, e.g. read; several times for more', gather);
}

/** What they ask for, as the API takes it. */
export function scopeOf({ namespace, action }: ScopeOptions): {
  namespaces?: readonly string[];
  actions?: readonly string[];
} {
  return { ...(namespace && { namespaces: namespace }), ...(action && { actions: action }) };
}
