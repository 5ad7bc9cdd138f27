import { CLASSIFICATIONS } from '../api/governance.js';
import type { AssetSummary } from '../api/types.js';
import { useQuery } from '../api/use-query.js';
import type { AssetView } from '../navigation/view.js';
import { Tags } from '../parts/tags.js';
import { tagsOfAsset } from './claims.js';
import { TagList } from './tag-list.js';

/** Classifications of an asset as a whole, with their origins as soon as these are known. */
export function AssetTags({ asset, view }: { readonly asset: AssetSummary; readonly view: AssetView }) {
  const { answer } = useQuery(CLASSIFICATIONS, { id: asset.id });
  const tags = answer && tagsOfAsset(answer.asset.classifications, asset.tags);
  if (tags === undefined && asset.tags.length > 0) return <Tags tags={asset.tags} />;
  if (tags === undefined || tags.length === 0) return <span className="muted">none</span>;
  return <TagList asset={asset} view={view} tags={tags} mayManage={answer?.manage.allowed ?? false} />;
}
