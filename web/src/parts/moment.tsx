import { ago, when } from './format.js';

/** `3 days ago`, with date and time on pointing at it. */
export function Moment({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={when(at)}>
      {ago(at)}
    </time>
  );
}
