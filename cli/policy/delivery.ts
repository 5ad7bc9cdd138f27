import { EndedBadly, EXIT } from '../exit-codes.js';
import { shortId } from '../output/format.js';
import type { Output } from '../output/output.js';

/** What is wrong with policy files, and where. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly check: string;
  readonly message: string;
}

/** How a try to bring policy files in ended. */
export interface Delivery {
  readonly outcome: 'taken' | 'unchanged' | 'held' | 'refused' | 'failed';
  readonly version: string | null;
  readonly refusal: string | null;
  readonly message: string;
  readonly findings: readonly Finding[];
}

export const DELIVERY_FIELDS = 'outcome version refusal message findings { file line check message }';

/** One finding a line, as compilers write them. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ file, line, check, message }) => {
      const at = file === '' ? '' : line === 0 ? `${file}: ` : `${file}:${line}: `;
      return `${at}${message} (${check})`;
    })
    .join('\n');
}

/** Says how it ended. @throws {EndedBadly} when the files are not live */
export function tellDelivery(output: Output, delivery: Delivery): void {
  const { outcome, version, refusal, message, findings } = delivery;
  output.result(delivery, () =>
    outcome === 'refused'
      ? [`Refused (${refusal}): ${message}`, formatFindings(findings)].filter(Boolean).join('\n')
      : `${message} Version ${shortId(version ?? '')}.`,
  );
  if (outcome === 'refused' || outcome === 'failed') throw new EndedBadly(EXIT.failure);
}
