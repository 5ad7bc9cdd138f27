import { useEffect, useState } from 'react';
import { EMERGENCIES, REQUESTS } from '../api/governance.js';
import type { AccessRequest, Emergency } from '../api/governance-types.js';
import type { Page } from '../api/types.js';
import { type Question, useQuery } from '../api/use-query.js';
import { useReturn } from '../api/use-return.js';
import { useTitle } from '../navigation/use-title.js';
import { linkTo } from '../navigation/use-view.js';
import { ACCESS_LISTS, type AccessList, type AccessView } from '../navigation/view.js';
import { Answered, Empty } from '../parts/states.js';
import { EmergencyCard } from './emergency-card.js';
import { RequestCard } from './request-card.js';
import { waiting, waitingForReview } from './words.js';

const PAGE = 50;
const MOST = 200;

const LABELS: Readonly<Record<AccessList, string>> = {
  waiting: 'Waiting for you',
  mine: 'Yours',
  all: 'All that you see',
};

interface Listed {
  readonly requests: readonly AccessRequest[];
  readonly emergencies: readonly Emergency[];
}

/** Requests for access and emergencies: those that wait for the reader, the reader's own, or all that they may see. */
export function AccessPage({ view, me }: { readonly view: AccessView; readonly me: string | undefined }) {
  const { list } = view;
  const [first, setFirst] = useState(PAGE);
  const isWaiting = list === 'waiting';
  const requests = useQuery(REQUESTS, { first, ...(isWaiting && { state: 'open' }) });
  const emergencies = useQuery(EMERGENCIES, { first, ...(isWaiting && { state: 'ended' }) });
  useEffect(() => setFirst(PAGE), [list]);
  useTitle('Access');
  useReturn(() => {
    requests.retry();
    emergencies.retry();
  });
  return (
    <main className="text-page" tabIndex={-1}>
      <header>
        <h1>Access</h1>
        <p className="muted">
          Access that people ask for, for a time, and emergencies in which the glass was broken.
        </p>
        <nav className="segments" aria-label="Which">
          {ACCESS_LISTS.map((each) => (
            <a
              key={each}
              {...linkTo({ page: 'access', list: each })}
              className={each === list ? 'is-chosen' : undefined}
              aria-current={each === list ? 'page' : undefined}
            >
              {LABELS[each]}
            </a>
          ))}
        </nav>
      </header>
      <Answered question={both(requests, emergencies)} what="requests">
        {(answer) => (
          <Lists listed={chosen(list, answer, me)} list={list} me={me}>
            {answer.hasMore && first < MOST && (
              <button type="button" className="button" onClick={() => setFirst(Math.min(MOST, first + PAGE))}>
                Show more
              </button>
            )}
          </Lists>
        )}
      </Answered>
    </main>
  );
}

function Lists({
  listed: { requests, emergencies },
  list,
  me,
  children,
}: {
  readonly listed: Listed;
  readonly list: AccessList;
  readonly me: string | undefined;
  readonly children: React.ReactNode;
}) {
  return (
    <>
      {requests.length === 0 && emergencies.length === 0 && <Nothing list={list} />}
      {requests.length > 0 && (
        <section aria-label="Requests">
          <h2>Requests</h2>
          <ul className="cards">
            {requests.map((request) => (
              <RequestCard key={request.id} request={request} me={me} />
            ))}
          </ul>
        </section>
      )}
      {emergencies.length > 0 && (
        <section aria-label="Emergencies">
          <h2>Emergencies</h2>
          <ul className="cards">
            {emergencies.map((emergency) => (
              <EmergencyCard key={emergency.id} emergency={emergency} me={me} />
            ))}
          </ul>
        </section>
      )}
      {children}
    </>
  );
}

function Nothing({ list }: { readonly list: AccessList }) {
  if (list === 'waiting')
    return (
      <Empty title="Nothing waits for you">
        Requests for what you manage come here, and emergencies that you are to review.
      </Empty>
    );
  return (
    <Empty title={list === 'mine' ? 'You have asked for nothing' : 'No requests and no emergencies'}>
      Ask for access on the page of an asset, under <em>Access</em>.
    </Empty>
  );
}

function both(
  requests: Question<{ accessRequests: Page<AccessRequest> }>,
  emergencies: Question<{ emergencies: Page<Emergency> }>,
): Question<Listed & { readonly hasMore: boolean }> {
  const [asked, broken] = [requests.answer?.accessRequests, emergencies.answer?.emergencies];
  return {
    isLoading: requests.isLoading || emergencies.isLoading,
    error: requests.error ?? emergencies.error,
    retry: () => {
      requests.retry();
      emergencies.retry();
    },
    answer: asked &&
      broken && {
        requests: asked.nodes,
        emergencies: broken.nodes,
        hasMore: asked.pageInfo.hasNextPage || broken.pageInfo.hasNextPage,
      },
  };
}

function chosen(list: AccessList, { requests, emergencies }: Listed, me: string | undefined): Listed {
  if (list === 'all') return { requests, emergencies };
  if (list === 'waiting') return { requests: waiting(requests), emergencies: waitingForReview(emergencies) };
  return {
    requests: requests.filter(({ requester }) => requester === me),
    emergencies: emergencies.filter(({ subject }) => subject === me),
  };
}
