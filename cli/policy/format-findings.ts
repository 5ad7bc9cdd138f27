import path from 'node:path';
import type { Finding } from './bundle-directory.js';

/** `policies/roles.csv:17: warning: … [unheld]`, a line for each, as compilers write it, so that editors find the place. */
export function formatFindings(directory: string, findings: readonly Finding[]): string {
  return findings
    .map(
      ({ severity, check, file, line, message }) =>
        `${placeOf(directory, file, line)}: ${severity}: ${message} [${check}]`,
    )
    .join('\n');
}

/** Workflow commands that GitHub shows beside the line. Source: GitHub Actions, "Setting an error message". */
export function formatForGithub(directory: string, findings: readonly Finding[]): string {
  return findings
    .map(({ severity, check, file, line, message }) => {
      const place = `file=${escapeProperty(path.join(directory, file))},line=${Math.max(line, 1)}`;
      return `::${severity} ${place},title=${escapeProperty(check)}::${escape(message)}`;
    })
    .join('\n');
}

/** A line of a file in the folder that the command line names. */
export function placeOf(directory: string, file: string, line: number): string {
  const name = path.join(directory, file);
  return line === 0 ? name : `${name}:${line}`;
}

/** `2 errors, 1 warning`; nothing for none. */
export function countFindings(findings: readonly Finding[]): string {
  return (['error', 'warning'] as const)
    .map(
      (severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

function escape(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escape(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
