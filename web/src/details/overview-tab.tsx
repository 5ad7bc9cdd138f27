import { ENDPOINT_OF, SERVED_BY } from '../api/operations.js';
import type { AssetSummary, EndpointDetails, ServedBy } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import { linkTo } from '../navigation/use-view.js';
import { type AssetView, assetView } from '../navigation/view.js';
import { Fact } from '../parts/fact.js';
import { ago, shortId, when } from '../parts/format.js';
import { Answered } from '../parts/states.js';
import { AssetTags } from './asset-tags.js';

/** Endpoints carry their name behind this in their OpenLineage name. */
const ENDPOINT_PREFIX = 'serve/';

/** Who answers for the asset, what it is, and what serves it. */
export function OverviewTab({ asset, view }: { readonly asset: AssetSummary; readonly view: AssetView }) {
  return (
    <>
      {asset.description !== null && asset.description !== '' ? (
        <p className="description">{asset.description}</p>
      ) : (
        <p className="muted">No description yet.</p>
      )}
      <dl className="facts">
        <Fact name="Owners">
          {asset.owners.length === 0 ? <span className="muted">nobody yet</span> : asset.owners.join(', ')}
        </Fact>
        <Fact name="Tags">
          <AssetTags asset={asset} view={view} />
        </Fact>
        <Fact name="Namespace">{asset.namespace}</Fact>
        <Fact name="Identity">
          <code>{asset.identityNamespace}</code> <code>{asset.identityName}</code>
        </Fact>
        <Fact name="Changed">
          <time dateTime={asset.updatedAt} title={when(asset.updatedAt)}>
            {ago(asset.updatedAt)}
          </time>
        </Fact>
      </dl>
      {asset.kind === 'dataset' && <Serving asset={asset} />}
      {asset.kind === 'endpoint' && asset.isManaged && (
        <Endpoint name={asset.identityName.slice(ENDPOINT_PREFIX.length)} />
      )}
    </>
  );
}

function Serving({ asset }: { readonly asset: AssetSummary }) {
  const question = useQuery(SERVED_BY, { id: asset.id });
  return (
    <section>
      <h2>Served by</h2>
      <Answered question={question} what="endpoints">
        {({ asset: { servedBy } }) =>
          servedBy.length === 0 ? (
            <p className="muted">No endpoint serves a model trained on this.</p>
          ) : (
            <ul className="cards">
              {servedBy.map((each) => (
                <ServedByCard key={`${each.endpoint.name} ${each.dataCommitId}`} served={each} />
              ))}
            </ul>
          )
        }
      </Answered>
    </section>
  );
}

function ServedByCard({
  served: { endpoint, model, modelCommitId, dataCommitId },
}: {
  readonly served: ServedBy;
}) {
  return (
    <li className="card-row">
      <div className="row-head">
        <a {...linkTo(assetView(endpoint.asset.id))}>{endpoint.name}</a>
        <State state={endpoint.observed} />
      </div>
      <div className="small muted">
        model <a {...linkTo(assetView(model.id))}>{model.identityName}</a> @{' '}
        <code>{shortId(modelCommitId)}</code>
        {dataCommitId !== null && (
          <>
            , trained on <code>{shortId(dataCommitId)}</code>
          </>
        )}
      </div>
    </li>
  );
}

function Endpoint({ name }: { readonly name: string }) {
  const question = useQuery(ENDPOINT_OF, { name });
  return (
    <section>
      <h2>Serving</h2>
      <Answered question={question} what="the endpoint">
        {({ endpoint }) => <EndpointFacts endpoint={endpoint} />}
      </Answered>
    </section>
  );
}

function EndpointFacts({
  endpoint: { desired, observed, reason, url, revision },
}: {
  readonly endpoint: EndpointDetails;
}) {
  return (
    <dl className="facts">
      <Fact name="State">
        <State state={observed} />{' '}
        {desired === 'stopped' && observed !== 'stopped' && <span className="muted">stopping</span>}
      </Fact>
      {reason !== null && <Fact name="Reason">{reason}</Fact>}
      {url !== null && (
        <Fact name="URL">
          <code className="breakable">{url}</code>
        </Fact>
      )}
      {revision !== null && (
        <Fact name="Revision">
          {revision.number}: {revision.repository} @ <code>{shortId(revision.commitId)}</code>{' '}
          <code>{revision.path}</code>
        </Fact>
      )}
    </dl>
  );
}

/** A state word with its colour. */
export function State({ state }: { readonly state: string }) {
  return <span className={`run-state state-${state}`}>{state}</span>;
}
