FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build-image.mjs

FROM node:22-slim
WORKDIR /app
# The image answers on all its addresses, so it starts only with ROLLCALL_ADMIN_PASSWORD set.
ENV NODE_ENV=production ROLLCALL_BIND=0.0.0.0
COPY --from=build /app/package.json ./
COPY --from=build /app/lib/settings.mjs /app/lib/config-file.mjs /app/lib/config-words.mjs /app/lib/custom-formats.mjs /app/lib/source-settings.mjs /app/lib/prefix-settings.mjs /app/lib/redis-address.mjs /app/lib/sign-in-settings.mjs /app/lib/password-rules.mjs /app/lib/common-passwords.mjs ./lib/
COPY --from=build /app/scripts/serve.mjs ./scripts/
COPY --from=build /app/scripts/parts ./scripts/parts
COPY --from=build /app/.next/rollcall-built-from ./.next/
COPY --from=build /app/.next/standalone ./.next/standalone
COPY --from=build /app/.next-base-path/rollcall-built-from ./.next-base-path/
COPY --from=build /app/.next-base-path/standalone ./.next-base-path/standalone
USER node
EXPOSE 3000
HEALTHCHECK --start-period=20s CMD ["node", "scripts/parts/is-healthy.mjs", "/healthz"]
ENTRYPOINT ["node", "scripts/serve.mjs"]
