import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where a program lies that runs in a thread or a child process of its own. Under Jest the sources run as they are; a thread runs what was
 * built from them.
 * @param here `import.meta.url` of a module beside it
 * @param name e.g. `check-worker.js`
 */
export function builtProgram(here: string, name: string): string {
  const program = fileURLToPath(new URL(name, here));
  return here.endsWith('.ts') ? program.replace(`${sep}src${sep}`, `${sep}dist${sep}src${sep}`) : program;
}
