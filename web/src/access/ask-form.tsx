import { useId, useState } from 'react';
import { REQUEST_ACCESS } from '../api/governance.js';
import type { Decision } from '../api/governance-types.js';
import type { AssetSummary } from '../api/types.js';
import { useAct } from '../api/use-act.js';
import { ReasonForm } from '../parts/reason-form.js';
import { dayOf, endOfDay, isForbidden, listed } from './words.js';

const USUAL_DAYS = 7;
const DAY_MS = 86_400_000;

/** Asks for what the reader may not, for a time. */
export function AskForm({
  asset,
  decisions,
}: {
  readonly asset: AssetSummary;
  readonly decisions: Readonly<Record<string, Decision>>;
}) {
  const missing = Object.entries(decisions).filter(([, { allowed }]) => !allowed);
  const forbidden = missing.flatMap(([action, decision]) => (isForbidden(decision) ? [action] : []));
  const grantable = missing.flatMap(([action, decision]) => (isForbidden(decision) ? [] : [action]));
  if (missing.length === 0) return null;
  return (
    <section>
      <h2>Ask for access</h2>
      {forbidden.length > 0 && (
        <p className="small muted">
          The policy files deny <strong>{listed(forbidden)}</strong>; no grant changes that.
        </p>
      )}
      {grantable.length > 0 && <Form asset={asset} actions={grantable} />}
    </section>
  );
}

function Form({ asset, actions }: { readonly asset: AssetSummary; readonly actions: readonly string[] }) {
  const { act, ...acting } = useAct();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [day, setDay] = useState(() => dayOf(new Date(Date.now() + USUAL_DAYS * DAY_MS)));
  const [isAsked, setAsked] = useState(false);
  const until = endOfDay(day);
  const field = useId();
  const wanted = chosen.filter((action) => actions.includes(action));
  const ask = async (reason: string): Promise<boolean> => {
    const isDone = await act(REQUEST_ACCESS, {
      input: { assetId: asset.id, actions: wanted, reason, until: until!.toISOString() },
    });
    if (isDone) setChosen([]);
    setAsked(isDone);
    return isDone;
  };
  return (
    <>
      {isAsked && (
        <p className="notice small" role="status">
          It is asked. Who manages this asset decides; what came of it stands above.
        </p>
      )}
      <ReasonForm
        label="Why you need it"
        acting={acting}
        isIncomplete={wanted.length === 0 || until === undefined}
        steps={[{ label: 'Ask', isPrimary: true, act: ask }]}
      >
        <fieldset className="choices">
          <legend className="sr-only">What to ask for</legend>
          {actions.map((action) => (
            <label key={action} className="choice">
              <input
                type="checkbox"
                checked={wanted.includes(action)}
                onChange={({ target: { checked } }) =>
                  setChosen(checked ? [...wanted, action] : wanted.filter((each) => each !== action))
                }
              />
              {action}
            </label>
          ))}
        </fieldset>
        <label htmlFor={field}>Until the end of</label>
        <input
          id={field}
          type="date"
          required
          min={dayOf(new Date())}
          value={day}
          onChange={(event) => setDay(event.target.value)}
        />
      </ReasonForm>
    </>
  );
}
