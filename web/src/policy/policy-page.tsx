import { POLICY } from '../api/governance.js';
import type { PolicyMove, PolicyStatus } from '../api/governance-types.js';
import { useQuery } from '../api/use-query.js';
import { useReturn } from '../api/use-return.js';
import { useTitle } from '../navigation/use-title.js';
import { Fact } from '../parts/fact.js';
import { when } from '../parts/format.js';
import { Moment } from '../parts/moment.js';
import { Answered, Empty } from '../parts/states.js';
import { RefusedFiles } from './refused-files.js';
import { by, convergence, delivered, shortVersion } from './policy-words.js';

const MOVES = 20;

/** Which policy answers and how it got there. @param isOpen whether the reader administers the policy; undefined while it is not known */
export function PolicyPage({ isOpen }: { readonly isOpen: boolean | undefined }) {
  const question = useQuery(POLICY, isOpen === true ? { first: MOVES } : undefined);
  useReturn(question.retry);
  useTitle('Policy');
  return (
    <main className="text-page" tabIndex={-1}>
      <header>
        <h1>Policy</h1>
      </header>
      {isOpen === false ? (
        <Empty title="This page is for those who administer the policy">
          What it means for you stands on the page of each asset, under <em>Access</em>.
        </Empty>
      ) : (
        <Answered question={question} what="the policy">
          {({ policy }) => <Status policy={policy} />}
        </Answered>
      )}
    </main>
  );
}

function Status({ policy }: { readonly policy: PolicyStatus }) {
  const { isConverged, words } = convergence(policy);
  const { lastOfSource, lastRefused, history, keys } = policy;
  return (
    <>
      <section aria-label="The version that answers" className="sheet">
        <h2>The version that answers</h2>
        <dl className="facts">
          <Fact name="Version">
            <code className="breakable">{policy.version}</code>
          </Fact>
          <Fact name="Generation">{policy.generation}</Fact>
          <Fact name="Since">
            {when(policy.since)} <span className="muted">by {by(policy.changedBy)}</span>
          </Fact>
          <Fact name="Source">
            <span className="breakable">{policy.source}</span>
            {policy.isApplyOpen && <span className="muted">, and files that people apply</span>}
          </Fact>
          <Fact name="Signatures">
            {keys.length === 0 ? (
              <span className="muted">not asked for</span>
            ) : (
              <>
                one of{' '}
                {keys.map((key) => (
                  <code key={key}>{key} </code>
                ))}
              </>
            )}
          </Fact>
          {lastOfSource !== null && (
            <Fact name="Source looked at">
              <Moment at={lastOfSource.attemptedAt} />: {lastOfSource.outcome}
            </Fact>
          )}
        </dl>
        <p className={isConverged ? 'notice is-good' : 'notice is-warning'} role="status">
          {words}
        </p>
      </section>
      {lastRefused !== null && <RefusedFiles refused={lastRefused} lastOfSource={lastOfSource} />}
      <section aria-label="What answered when" className="sheet">
        <h2>What answered when</h2>
        <ul className="cards">
          {history.nodes.map((move) => (
            <Move key={move.generation} move={move} isLive={move.generation === policy.generation} />
          ))}
        </ul>
        <p className="small muted">
          {history.pageInfo.hasNextPage && `The latest ${MOVES} are shown. `}
          An earlier one answers again by <code>cairn policy rollback</code>.
        </p>
      </section>
    </>
  );
}

function Move({ move, isLive }: { readonly move: PolicyMove; readonly isLive: boolean }) {
  const { generation, version, movedAt, reason, signedBy } = move;
  return (
    <li className="card-row">
      <div className="row-head">
        <span>
          <strong>{generation}</strong> <code title={version}>{shortVersion(version)}</code>{' '}
          {isLive && <span className="standing is-granted">answers</span>}
        </span>
        <span className="muted small unbroken">
          <Moment at={movedAt} />
        </span>
      </div>
      <div className="small muted breakable">
        {delivered(move)}
        {signedBy !== null && `, signed by ${signedBy}`}
      </div>
      {reason !== '' && <p className="small breakable">{reason}</p>}
    </li>
  );
}
