import { createRequire } from 'node:module';
import { ConfigurationError } from './errors.js';

const require = createRequire(import.meta.url);

/**
 * A package that is needed for some settings only, and that whoever uses them installs.
 * @param field the setting that needs it
 * @throws {ConfigurationError} it is not installed
 */
export function optional<Package>(name: string, field: string): Package {
  try {
    return require(name) as Package;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new ConfigurationError(field, `needs the package "${name}": npm install ${name}`);
  }
}
