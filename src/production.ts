// To be imported before anything else.
import v8 from 'node:v8';

/** Libraries check less, and large answers of GraphQL take less time, where they are told that nobody develops them. */
process.env['NODE_ENV'] ??= 'production';

/** Since Node 24, V8 would collect the whole heap whenever 64 MiB have passed through buffers. Older ones do not know the option. */
if (Number.parseInt(process.versions.node) >= 24) {
  v8.setFlagsFromString('--external-memory-accounted-in-global-limit');
}
