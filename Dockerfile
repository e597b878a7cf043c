# The gateway as a container: docker build --tag sluice . (see docs/service.md)
# Agents that are programs of their own belong into an image that is built FROM this one.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    SLUICE_HOME=/data \
    SLUICE_CONFIG=/etc/sluice/sluice.yaml \
    XDG_CACHE_HOME=/data/cache
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY --from=build /app/node_modules ./node_modules
COPY deploy/sluice.yaml /etc/sluice/sluice.yaml
RUN ln -s /app/bin/sluice.js /usr/local/bin/sluice \
    && install --directory --owner=node --group=node --mode=0700 /data
USER node
VOLUME /data
EXPOSE 7290
# TERM is a stop with a drain; how long that may take, whoever runs the container has to allow.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["sluice", "status"]
ENTRYPOINT ["sluice"]
CMD ["run"]
