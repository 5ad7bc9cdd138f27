import { ACCESS, ACTIONS_OF, REQUESTS } from '../api/governance.js';
import type { Decision } from '../api/governance-types.js';
import type { AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { useReturn } from '../api/use-return.js';
import { FilterNotice, useObligations } from '../details/masked.js';
import { maskWords } from '../details/obligations.js';
import { Answered } from '../parts/states.js';
import { AskForm } from './ask-form.js';
import { RequestCard } from './request-card.js';
import { isAbout, matchWords } from './words.js';

/** As many of the latest requests are looked through for those about the asset. */
const REQUESTS_SEEN = 100;

interface AccessTabProps {
  readonly asset: AssetSummary;
  /** Subject of the reader. */
  readonly me: string | undefined;
}

/** What the reader may do with an asset and why, what they get masked, and how to ask for more. */
export function AccessTab({ asset, me }: AccessTabProps) {
  const question = useQuery(ACCESS[asset.kind], { id: asset.id });
  useReturn(question.retry);
  return (
    <Answered question={question} what="what you may do">
      {(decisions) => (
        <>
          <section>
            <h2>You may</h2>
            <ul className="cards">
              {ACTIONS_OF[asset.kind].map((action) => (
                <Answer key={action} action={action} decision={decisions[action]!} />
              ))}
            </ul>
          </section>
          <Obliged asset={asset} />
          <Requests asset={asset} me={me} />
          <AskForm asset={asset} decisions={decisions} />
        </>
      )}
    </Answered>
  );
}

function Answer({ action, decision }: { readonly action: string; readonly decision: Decision }) {
  const { allowed, reason, matched } = decision;
  return (
    <li className="card-row answer">
      <div className="row-head">
        <strong>{action}</strong>
        <span className={allowed ? 'verdict is-allowed' : 'verdict is-denied'}>{allowed ? 'yes' : 'no'}</span>
      </div>
      <div className="small muted breakable">{reason}</div>
      {matched.length > 0 && (
        <details className="small">
          <summary className="muted">
            {matched.length === 1 ? 'The rule' : `${matched.length} rules`} in detail
          </summary>
          <ul className="matched">
            {matched.map((rule) => (
              <li key={rule.id} className="breakable">
                <code>{rule.id}</code> <span className="muted">{rule.effect}</span> {matchWords(rule)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Obliged({ asset }: { readonly asset: AssetSummary }) {
  const { masks, filters } = useObligations(asset);
  if (masks.length === 0 && filters.length === 0) return null;
  return (
    <section>
      <h2>What you get of it</h2>
      {masks.length > 0 && (
        <ul className="cards">
          {masks.map(({ column, mask, rules }) => (
            <li key={column} className="card-row">
              <div className="row-head">
                <strong>{column}</strong>
                <code className="muted">{rules.join(', ')}</code>
              </div>
              <div className="small">{maskWords(mask)}</div>
            </li>
          ))}
        </ul>
      )}
      <FilterNotice filters={filters} />
    </section>
  );
}

function Requests({ asset, me }: AccessTabProps) {
  const question = useQuery(REQUESTS, { first: REQUESTS_SEEN });
  useReturn(question.retry);
  const requests = question.answer?.accessRequests.nodes.filter((request) => isAbout(asset, request)) ?? [];
  if (requests.length === 0) return null;
  return (
    <section>
      <h2>Requests</h2>
      <ul className="cards">
        {requests.map((request) => (
          <RequestCard key={request.id} request={request} me={me} isOnAsset />
        ))}
      </ul>
    </section>
  );
}
