# The gateway's image: installed, compiled and put together in stages of their own. The last stage runs no command, so
# its base needs no shell, and it gets no compiler, no npm and no development dependency.
#
#   docker build --tag ami-gateway .
#   docker build --tag ami-gateway --build-arg RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot .
#
# NODE_IMAGE has Node, of which the program goes into the image, and npm, which does not. RUNTIME_IMAGE is any base with
# glibc and libstdc++.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
# What only compilers and readers of source want: a third of the size.
RUN find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' -o -name '*.ts' \) \
      -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# Dependencies first: a change of the source does not install them again.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts ./scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE} AS assemble
WORKDIR /image/opt/ami-gateway
COPY LICENSE package.json docker/healthcheck.mjs ./
COPY --from=dependencies /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
# A base without `env` cannot look for node: the first line names it.
RUN sed -i '1s|^#!.*|#!/usr/local/bin/node|' dist/main.js && chmod 755 dist/main.js \
 && mkdir -p /image/usr/local/bin && cp "$(command -v node)" /image/usr/local/bin/node \
 && ln -s /opt/ami-gateway/dist/main.js /image/usr/local/bin/ami-gateway \
 && mkdir -p /empty /run-of-image/ami-gateway && chmod 700 /run-of-image/ami-gateway

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="ami-gateway" \
      org.opencontainers.image.description="Security gateway for the Asterisk Manager Interface" \
      org.opencontainers.image.licenses="MIT"
COPY --from=assemble /image/usr/local/bin /usr/local/bin
COPY --from=assemble /image/opt/ami-gateway /opt/ami-gateway
# Empty on purpose: an image with accounts of its own would be an image with known secrets.
COPY --from=assemble /empty /etc/ami-gateway
# Read-only containers need a tmpfs there; without one there are no admin commands.
COPY --from=assemble --chown=1000:1000 /run-of-image /run
ENV NODE_ENV=production PATH=/usr/local/bin:/usr/bin:/bin \
    AMI_GATEWAY_CONFIG=/etc/ami-gateway AMI_GATEWAY_ADMIN_SOCKET=/run/ami-gateway/admin.sock
# As a number: Kubernetes can see in it that it is not root. No base has to know the user.
USER 1000:1000
WORKDIR /
EXPOSE 5038 9550
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 CMD ["node", "/opt/ami-gateway/healthcheck.mjs"]
# No shell and no npm in between: the gateway is PID 1 and gets the signals itself.
ENTRYPOINT ["ami-gateway"]
CMD ["serve", "--config", "/etc/ami-gateway"]
