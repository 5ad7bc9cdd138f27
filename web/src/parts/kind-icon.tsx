import type { AssetKind } from '../api/types.js';

const SHAPES: Readonly<Record<AssetKind | 'hidden', string>> = {
  dataset:
    'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  model: 'M12 2.8 20 7.3v9.4l-8 4.5-8-4.5V7.3ZM4 7.3l8 4.6 8-4.6M12 11.9v9.3',
  job: 'M7 4.5v15l12-7.5Z',
  endpoint:
    'M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM8.1 15.9a5.5 5.5 0 0 1 0-7.8m7.8 0a5.5 5.5 0 0 1 0 7.8M5 19a9.9 9.9 0 0 1 0-14m14 0a9.9 9.9 0 0 1 0 14',
  workload: 'M4 4h7v7H4Zm9 0h7v7h-7ZM4 13h7v7H4Zm9 0h7v7h-7Z',
  hidden: 'M6 11h12v9H6Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3',
};

/** The sign of a kind of asset; decoration beside a word that names it. */
export function KindIcon({ kind }: { readonly kind: AssetKind | 'hidden' }) {
  return (
    <svg className={`kind-icon kind-${kind}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[kind]} />
    </svg>
  );
}
