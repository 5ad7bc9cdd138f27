import { CLASSIFICATION_PATHS, DECIDE_CLASSIFICATION } from '../api/governance.js';
import type { Claim, ClaimState, ClassificationPath } from '../api/governance-types.js';
import type { AssetSummary } from '../api/types.js';
import { useAct } from '../api/use-act.js';
import { useQuery } from '../api/use-query.js';
import { linkTo } from '../navigation/use-view.js';
import { type AssetView, assetView } from '../navigation/view.js';
import { Moment } from '../parts/moment.js';
import { ReasonForm, type Step } from '../parts/reason-form.js';
import { Answered } from '../parts/states.js';
import { claimStanding, originTitle, type TagOrigins } from './claims.js';

interface TagDetailsProps {
  readonly asset: AssetSummary;
  readonly view: AssetView;
  readonly column?: string;
  readonly tag: TagOrigins;
  readonly mayManage: boolean;
}

/** All that is said of one classification: by whom, how sure, by which way it came; and what the reader may say of it. */
export function TagDetails({ asset, view, column, tag, mayManage }: TagDetailsProps) {
  return (
    <section className="tag-details" aria-label={`Where ${tag.tag} comes from`}>
      {tag.claims.length === 0 && tag.columns.length === 0 && (
        <p className="muted small">
          {tag.tag === 'unclassified' ? UNCLASSIFIED : 'Nothing more is known of it.'}
        </p>
      )}
      {tag.claims.map((claim) => (
        <ClaimCard
          key={`${claim.origin} ${claim.source}`}
          {...{ asset, view, claim, mayManage }}
          column={column}
        />
      ))}
      {tag.columns.length > 0 && (
        <p className="small">
          <span className="muted">Carried by </span>
          {tag.columns.map((each, at) => (
            <span key={each}>
              {at > 0 && ', '}
              <a {...linkTo({ ...view, tab: 'columns', tag: { name: tag.tag, column: each } })}>{each}</a>
            </span>
          ))}
        </p>
      )}
    </section>
  );
}

const UNCLASSIFIED = 'Nobody has looked at what is in it, and no classification is known.';

interface ClaimCardProps extends Omit<TagDetailsProps, 'tag'> {
  readonly claim: Claim;
}

function ClaimCard({ asset, view, column, claim, mayManage }: ClaimCardProps) {
  return (
    <div className="claim">
      <div className="row-head">
        <strong>{originTitle(claim)}</strong>
        {claim.since !== null && (
          <span className="muted small unbroken">
            <Moment at={claim.since} />
          </span>
        )}
      </div>
      <div className="muted small">{claimStanding(claim)}</div>
      {claim.origin !== 'flow' && claim.reason !== '' && <p className="small breakable">{claim.reason}</p>}
      {claim.origin === 'flow' && <Paths asset={asset} view={view} column={column} tag={claim.tag} />}
      {claim.origin === 'scanner' && mayManage && <Decide asset={asset} claim={claim} />}
    </div>
  );
}

/** What may be said of what a scanner says: not what was said already. */
const STEPS: readonly { readonly state: ClaimState; readonly label: string }[] = [
  { state: 'confirmed', label: 'Confirm' },
  { state: 'rejected', label: 'Dismiss' },
  { state: 'suggested', label: 'Ask again' },
];

function Decide({ asset, claim }: { readonly asset: AssetSummary; readonly claim: Claim }) {
  const { act, ...acting } = useAct();
  const steps = STEPS.filter(({ state }) => state !== claim.state).map(({ state, label }): Step => ({
    label,
    act: (reason) =>
      act(DECIDE_CLASSIFICATION, { id: asset.id, tag: claim.tag, column: claim.column, state, reason }),
  }));
  return <ReasonForm label="What you say of it, and why" steps={steps} acting={acting} />;
}

function Paths({
  asset,
  view,
  column,
  tag,
}: Pick<TagDetailsProps, 'asset' | 'view' | 'column'> & { readonly tag: string }) {
  const question = useQuery(CLASSIFICATION_PATHS, {
    id: asset.id,
    tag,
    ...(column !== undefined && { column }),
  });
  return (
    <Answered question={question} what="ways">
      {({ asset: { classificationPaths: paths } }) =>
        paths.length === 0 ? (
          <p className="muted small">The way is not known any more; it is looked for again.</p>
        ) : (
          <ol className="ways small">
            {paths.map((path, at) => (
              <li key={at}>
                <Way path={path} view={view} />
              </li>
            ))}
          </ol>
        )
      }
    </Answered>
  );
}

function Way({ path: { steps }, view }: { readonly path: ClassificationPath; readonly view: AssetView }) {
  return (
    <ol className="way">
      {steps.map(({ node, column, job }, at) => (
        <li key={`${at} ${node.id}`}>
          {job !== null && (
            <span className="muted way-job">by {job.asset?.identityName ?? 'a hidden job'}</span>
          )}
          {node.asset === null ? (
            <span className="muted">hidden</span>
          ) : (
            <a {...linkTo({ ...assetView(node.asset.id), direction: view.direction, depth: view.depth })}>
              {node.asset.identityName}
            </a>
          )}
          {node.asset !== null && column !== null && <span className="way-column"> {column}</span>}
        </li>
      ))}
    </ol>
  );
}
