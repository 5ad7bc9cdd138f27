const DIGEST = /([^@\s/]*(?:\/[^@\s/]+)*)@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * What a container runs, by content. A tag may mean something else tomorrow, so it is never told.
 * @param imageId `status.containerStatuses[].imageID`, e.g. `docker-pullable://registry/app@sha256:…`
 * @returns `registry/app@sha256:…`; undefined where no registry's digest is known
 */
export function imageDigest(imageId: string | undefined): string | undefined {
  const [, repository, digest] =
    DIGEST.exec((imageId ?? '').slice(0, 2_000).replace(/^[a-z-]+:\/\//, '')) ?? [];
  if (repository === undefined || repository === '') return undefined;
  return `${repository.replace(/:[^:/]*$/, '')}@${digest}`;
}
