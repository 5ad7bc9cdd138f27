import { subjectOf } from '../../identity/index.js';
import { instantOf } from '../events/instant.js';
import { idOfAsset } from '../projection/asset-ids.js';
import { noFacts } from '../projection/facts.js';
import { datasetNamed, jobNamed } from '../projection/identity.js';
import type { Emission } from './emission-check.js';
import type { AcceptedEvent } from './event-store.js';
import { readFacts } from './prepare-event.js';

/**
 * What is stored of an event.
 * @param withheld ids of inputs that its sender may not describe
 */
export function acceptedOf(
  { caller, event }: Pick<Emission, 'caller' | 'event'>,
  withheld: readonly string[],
): AcceptedEvent {
  const { emissions, statement, reading: wholeReading, ...rest } = event;
  const reading = withheld.length === 0 ? wholeReading : readFacts({ ...rest, withheld }, statement);
  const facts = 'facts' in reading ? reading.facts : noFacts();
  const subject =
    rest.body.job === undefined
      ? datasetNamed(idOfAsset, rest.body.dataset!)
      : jobNamed(idOfAsset, rest.body.job);
  const notTaken = emissions.described.filter(({ id }) => withheld.includes(id));
  const warnings = notTaken.map(({ identityName }) => ({
    path: 'inputs',
    rule: `the facets of ${identityName} are not shown: describing it needs emit on it`,
  }));
  return {
    facts,
    event: {
      ...rest,
      withheld,
      warnings: [...rest.warnings, ...warnings],
      eventTime: instantOf(rest.body.eventTime)!,
      principal: subjectOf(caller),
      subjectId: subject.id,
      assetIds: [...new Set([subject.id, ...facts.assets.keys()])],
      runId: rest.body.run?.runId ?? null,
      projectionError: 'error' in reading ? reading.error : null,
    },
  };
}
