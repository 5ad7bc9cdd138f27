import { useEffect } from 'react';
import { AccessTab } from '../access/access-tab.js';
import type { AssetSummary } from '../api/types.js';
import { linkTo, navigate } from '../navigation/use-view.js';
import { type AssetView, assetView, type Tab } from '../navigation/view.js';
import { KindIcon } from '../parts/kind-icon.js';
import { ColumnsTab } from './columns-tab.js';
import { FacetsTab } from './facets-tab.js';
import { OverviewTab } from './overview-tab.js';
import { RowsTab } from './rows-tab.js';
import { RunsTab } from './runs-tab.js';
import { VersionsTab } from './versions-tab.js';

const LABELS: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  columns: 'Columns',
  rows: 'Rows',
  versions: 'Versions',
  runs: 'Runs',
  access: 'Access',
  facets: 'Facets',
};

interface DetailsPanelProps {
  readonly asset: AssetSummary;
  readonly view: AssetView;
  /** Subject of the reader. */
  readonly me: string | undefined;
  readonly onClose: () => void;
}

/** All that is known of one asset. Each tab asks for what it shows when it is opened. */
export function DetailsPanel({ asset, view, me, onClose }: DetailsPanelProps) {
  const tabs = tabsOf(asset);
  const tab = tabs.includes(view.tab) ? view.tab : 'overview';
  useEffect(() => {
    // It answers with a promise in newer browsers, which is no way to clean up.
    void document.getElementById(`tab-${tab}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tab]);
  return (
    <aside className="panel" aria-label={`Details of ${asset.identityName}`}>
      <header>
        <KindIcon kind={asset.kind} />
        <div className="panel-title">
          <h1>{asset.identityName}</h1>
          <span className="muted small">
            {asset.kind}
            {asset.isManaged ? ' · managed by Cairn' : ` · ${asset.identityNamespace}`}
          </span>
        </div>
        <button
          type="button"
          className="button is-quiet"
          aria-label="Close details (Escape)"
          onClick={onClose}
        >
          ✕
        </button>
      </header>
      {asset.id !== view.asset && (
        <p className="center-here">
          <a
            className="button"
            {...linkTo({ ...assetView(asset.id), direction: view.direction, depth: view.depth, tab })}
          >
            Centre the graph here
          </a>
        </p>
      )}
      <div
        className="tabs"
        role="tablist"
        aria-label="Details"
        onKeyDown={(event) => moveAmong(tabs, tab, view, event)}
      >
        {tabs.map((each) => (
          <button
            key={each}
            id={`tab-${each}`}
            type="button"
            role="tab"
            aria-selected={each === tab}
            aria-controls="tab-panel"
            tabIndex={each === tab ? 0 : -1}
            onClick={() => navigate({ ...view, tab: each })}
          >
            {LABELS[each]}
          </button>
        ))}
      </div>
      <div className="tab-panel" id="tab-panel" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${tab}`}>
        {tab === 'overview' && <OverviewTab asset={asset} view={view} />}
        {tab === 'columns' && <ColumnsTab asset={asset} view={view} />}
        {tab === 'rows' && <RowsTab asset={asset} view={view} />}
        {tab === 'versions' && <VersionsTab asset={asset} view={view} />}
        {tab === 'runs' && <RunsTab asset={asset} />}
        {tab === 'access' && <AccessTab asset={asset} me={me} />}
        {tab === 'facets' && <FacetsTab asset={asset} />}
      </div>
    </aside>
  );
}

function tabsOf({ kind, isManaged }: AssetSummary): readonly Tab[] {
  if (kind === 'dataset' && isManaged) return ['overview', 'columns', 'rows', 'versions', 'access', 'facets'];
  if (kind === 'dataset' || kind === 'model') return ['overview', 'columns', 'versions', 'access', 'facets'];
  return ['overview', 'runs', 'access', 'facets'];
}

function moveAmong(tabs: readonly Tab[], tab: Tab, view: AssetView, event: React.KeyboardEvent): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]!;
  navigate({ ...view, tab: next });
  document.getElementById(`tab-${next}`)?.focus();
}
