import { type ReactNode, useId, useState } from 'react';
import type { Act } from '../api/use-act.js';
import { nextStepOf } from '../api/errors.js';

/** What the service takes. */
const MAX_REASON = 2_000;

/** A button of a {@link ReasonForm}. */
export interface Step {
  readonly label: string;
  readonly isPrimary?: boolean;
  readonly act: (reason: string) => Promise<boolean>;
}

interface ReasonFormProps {
  readonly label: string;
  readonly steps: readonly Step[];
  readonly acting: Pick<Act, 'isActing' | 'error'>;
  /** Why it cannot be sent as it is, beside the reason. */
  readonly isIncomplete?: boolean;
  readonly children?: ReactNode;
}

/** Asks for the reason that whoever reads of it later is told, and does one of several things. Enter does it where it is one thing only. */
export function ReasonForm({ label, steps, acting, isIncomplete = false, children }: ReasonFormProps) {
  const [reason, setReason] = useState('');
  const field = useId();
  const isReady = reason.trim() !== '' && !isIncomplete && !acting.isActing;
  const take = async (step: Step | undefined): Promise<void> => {
    if (step !== undefined && isReady && (await step.act(reason.trim()))) setReason('');
  };
  return (
    <form
      className="reason-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (steps.length === 1) void take(steps[0]);
      }}
    >
      {children}
      <label htmlFor={field}>{label}</label>
      <input
        id={field}
        value={reason}
        maxLength={MAX_REASON}
        autoComplete="off"
        onChange={(event) => setReason(event.target.value)}
      />
      {acting.error !== undefined && <Refused error={acting.error} />}
      <div className="buttons">
        {steps.map((step) => (
          <button
            key={step.label}
            type="button"
            className={step.isPrimary ? 'button is-primary' : 'button'}
            disabled={!isReady}
            onClick={() => void take(step)}
          >
            {step.label}
          </button>
        ))}
      </div>
    </form>
  );
}

/** Why something was not done. */
export function Refused({ error }: { readonly error: Error }) {
  return (
    <p className="notice is-bad breakable" role="alert">
      {error.message} {nextStepOf(error)}
    </p>
  );
}
