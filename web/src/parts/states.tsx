import type { ReactNode } from 'react';
import { ApiError, nextStepOf } from '../api/errors.js';
import type { Question } from '../api/use-query.js';

/** Something is under way. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" />
      Loading {what}…
    </div>
  );
}

/** There is nothing to show, and that is no failure. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{title}</strong>
      {children !== undefined && <p className="muted">{children}</p>}
    </div>
  );
}

/** What went wrong, in the service's words, and what to do next. */
export function Failure({ error, onRetry }: { readonly error: Error; readonly onRetry?: () => void }) {
  return (
    <div className="state is-bad" role="alert">
      <strong>{error.message}</strong>
      <p>{nextStepOf(error)}</p>
      {error instanceof ApiError && error.requestId !== undefined && (
        <p className="muted small">
          Request <code>{error.requestId}</code>
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

interface AnsweredProps<Answer> {
  readonly question: Question<Answer>;
  /** Completes "Loading …". */
  readonly what: string;
  readonly children: (answer: Answer) => ReactNode;
}

/** Shows the answer, or what stands in its way. */
export function Answered<Answer>({ question, what, children }: AnsweredProps<Answer>) {
  if (question.error !== undefined) return <Failure error={question.error} onRetry={question.retry} />;
  if (question.answer === undefined) return <Loading what={what} />;
  return <>{children(question.answer)}</>;
}
