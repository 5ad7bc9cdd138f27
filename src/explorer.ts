import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from './platform/index.js';

/**
 * Scripts and styles of this origin only; what users wrote is never run. Where people sign in by the explorer, it may ask their identity
 * provider as well.
 */
export function contentSecurityPolicy(config: ProviderSettings): string {
  const { OIDC_ISSUER: issuer, OIDC_PUBLIC_CLIENT_ID: clientId } = config;
  const origins =
    issuer === undefined || clientId === undefined
      ? []
      : [new URL(issuer).origin, ...(config.OIDC_ENDPOINT_ORIGINS ?? [])];
  return `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src ${["'self'", ...origins].join(' ')}; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

type ProviderSettings = Pick<Config, 'OIDC_ISSUER' | 'OIDC_PUBLIC_CLIENT_ID' | 'OIDC_ENDPOINT_ORIGINS'>;

/** The built explorer, relative to the service's own files in dist/src. */
const EXPLORER_FOLDER = path.resolve(import.meta.dirname, '../../web/dist');

/** Where the explorer is when the service runs from its sources, as in tests. */
const EXPLORER_FOLDER_OF_SOURCES = path.resolve(import.meta.dirname, '../web/dist');

/** Serves the explorer at `/`; its state is in the query of that one address. Files with a digest in their name may be kept for good. */
export async function serveExplorer(app: NestFastifyApplication, config: ProviderSettings): Promise<void> {
  const root = [EXPLORER_FOLDER, EXPLORER_FOLDER_OF_SOURCES].find((folder) =>
    existsSync(path.join(folder, 'index.html')),
  );
  if (root === undefined) return;
  const csp = contentSecurityPolicy(config);
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    setHeaders: (response, file) => {
      const isKept = file.includes(`${path.sep}assets${path.sep}`);
      response.setHeader('cache-control', isKept ? 'public, max-age=31536000, immutable' : 'no-cache');
      response.setHeader('content-security-policy', csp);
      response.setHeader('x-content-type-options', 'nosniff');
    },
  });
}
