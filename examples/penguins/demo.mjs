/**
 * `npm run demo [-- --own] [-- --exit | --keep]`: plays the journey of the penguins against a running Cairn, or against one of its own.
 * `--own` starts its own whatever else there is. An own one keeps serving afterwards until Ctrl-C when a person watches; `--exit` stops
 * it at the end, `--keep` keeps it in any case.
 */
import { parseArgs } from 'node:util';
import { journey } from './demo/journey.mjs';
import { bold, dim } from './demo/output.mjs';
import { findPlace } from './demo/place.mjs';

const { values: flags } = parseArgs({
  options: { own: { type: 'boolean' }, exit: { type: 'boolean' }, keep: { type: 'boolean' } },
});

let place;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => void (place?.stop?.() ?? Promise.resolve()).then(() => process.exit(0)));
try {
  place = await findPlace(flags.own === true);
  console.log(`Cairn at ${place.url}${place.stop ? ', started for the demo' : ''}`);
  const context = await journey(place.url, place.token);
  showLinks(context, place);
  const isKept = flags.keep === true || (flags.exit !== true && process.stdout.isTTY === true);
  if (place.stop !== undefined && isKept) console.log(`\nServing until Ctrl-C …`);
  else await place.stop?.();
} catch (error) {
  console.error(`\ndemo: ${error.message}`);
  await place?.stop?.();
  process.exit(1);
}

function showLinks({ url, penguinsId, pia, ana }, { token, stop }) {
  const link = (name, secret) =>
    console.log(`  ${name.padEnd(13)} ${url}/?asset=${penguinsId}#token=${secret}`);
  console.log(`\n${bold('Look at it')} ${dim('(the tokens of the two people end tomorrow)')}`);
  if (stop !== undefined) link('administrator', token); // of a running Cairn, its token is not ours to print
  link('engineer', pia.token);
  link('analyst', ana.token);
}
