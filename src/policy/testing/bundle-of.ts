import type { Bundle } from '../bundle/bundle.js';
import { loadBundle } from '../bundle/load-bundle.js';
import { MODEL_CONF } from '../bundle/model-conf.js';

/** Loads a bundle of one policy file, for a test. @param text its lines; the root of the example namespaces is `acme` */
export function bundleOf(text: string, places = ''): Bundle {
  return loadBundle([
    { path: 'model.conf', text: MODEL_CONF },
    { path: 'policy.csv', text },
    ...(places === '' ? [] : [{ path: 'places.csv', text: places }]),
  ]);
}
