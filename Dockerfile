# The gateway's image: installed and compiled in stages of their own, run in one that can do neither.
#
#   docker build --build-arg NODE_IMAGE=node:24-bookworm-slim --tag ami-gateway .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# Dependencies first: a change of the source does not install them again.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts ./scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="ami-gateway" \
      org.opencontainers.image.description="Security gateway for the Asterisk Manager Interface" \
      org.opencontainers.image.licenses="MIT"
# The package managers of the base have no task here, and each is a way to bring in code.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /opt/ami-gateway
COPY LICENSE package.json ./
COPY --from=dependencies /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY docker/healthcheck.mjs ./
# The folder is empty on purpose: an image with accounts of its own would be an image with known secrets.
RUN chmod 755 dist/main.js && ln -s /opt/ami-gateway/dist/main.js /usr/local/bin/ami-gateway && mkdir /etc/ami-gateway \
  && mkdir --mode=0750 /run/ami-gateway && chown 1000:1000 /run/ami-gateway
# Read-only containers need a tmpfs there; without one there are no admin commands.
ENV NODE_ENV=production AMI_GATEWAY_CONFIG=/etc/ami-gateway AMI_GATEWAY_ADMIN_SOCKET=/run/ami-gateway/admin.sock
# The base's user `node`, as a number: Kubernetes can see in it that it is not root.
USER 1000:1000
EXPOSE 5038 9550
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 CMD ["node", "/opt/ami-gateway/healthcheck.mjs"]
# No shell and no npm in between: the gateway is PID 1 and gets the signals itself.
ENTRYPOINT ["ami-gateway"]
CMD ["serve", "--config", "/etc/ami-gateway"]
