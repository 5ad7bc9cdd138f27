import { useState } from 'react';
import type { PolicyAttempt, PolicyFinding, PolicyStatus } from '../api/governance-types.js';
import { Moment } from '../parts/moment.js';
import { by, findingPlace, isStillRefused } from './policy-words.js';

const SHOWN = 25;

/** The files that were refused last, with each thing that is wrong in them. */
export function RefusedFiles({
  refused,
  lastOfSource,
}: {
  readonly refused: NonNullable<PolicyStatus['lastRefused']>;
  readonly lastOfSource: PolicyAttempt | null;
}) {
  const [isWhole, setWhole] = useState(false);
  const { findings, message, refusal, attemptedAt, attemptedBy, source, sourceRef } = refused;
  const shown = isWhole ? findings : findings.slice(0, SHOWN);
  const isStill = isStillRefused(refused, lastOfSource);
  return (
    <section aria-label="Refused last" className="sheet">
      <h2>Refused last</h2>
      <p className={isStill ? 'notice is-bad breakable' : 'notice breakable'}>
        {isStill
          ? 'Its source holds files that are refused; the version above goes on answering. '
          : 'They took no effect. '}
        {message}
      </p>
      <p className="small muted breakable">
        <Moment at={attemptedAt} /> by {by(attemptedBy)} · {source}
        {sourceRef !== null && ` ${sourceRef.slice(0, 12)}`}
        {refusal !== null && ` · ${refusal}`}
      </p>
      {findings.length > 0 && (
        <ul className="findings">
          {shown.map((finding, at) => (
            <Finding key={at} finding={finding} />
          ))}
        </ul>
      )}
      {shown.length < findings.length && (
        <button type="button" className="button" onClick={() => setWhole(true)}>
          Show all {findings.length}
        </button>
      )}
    </section>
  );
}

function Finding({ finding }: { readonly finding: PolicyFinding }) {
  const { severity, check, message } = finding;
  return (
    <li className={`finding is-${severity}`}>
      <div className="row-head">
        <code className="breakable">{findingPlace(finding)}</code>
        <span className="small unbroken">
          <span className="severity">{severity}</span> <span className="muted">{check}</span>
        </span>
      </div>
      <p className="breakable">{message}</p>
    </li>
  );
}
