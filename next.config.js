import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '')
const buildDir = process.env.ROLLCALL_BUILD_DIR ?? '.next'
const basePath = process.env.ROLLCALL_BUILD_BASE_PATH ?? ''

/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  distDir: buildDir,
  basePath,
  env: { NEXT_PUBLIC_BASE_PATH: basePath },
  poweredByHeader: false,
  reactStrictMode: true,
  productionBrowserSourceMaps: false,
  images: { unoptimized: true },
  // The root is this checkout, whatever lockfile lies in a folder above it.
  outputFileTracingRoot: root,
  turbopack: { root },
  serverExternalPackages: ['ioredis', 'pino', 'js-redis-server', '@node-rs/argon2'],
  outputFileTracingIncludes: {
    '/**': ['node_modules/@node-rs/argon2*/**', 'node_modules/js-redis-server/**', 'node_modules/lua-redis-wasm/**'],
  },
  outputFileTracingExcludes: { '/**': ['docs/**', 'e2e/**', 'bench/**', 'test-results/**'] },
  // Types are checked by `npm run check`: TypeScript 7 has no API that the build could call.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
  // Bodies are cut at 64 KiB by our own door, which must see that there was more; what Next buffers for the proxy stays small.
  experimental: { proxyClientMaxBodySize: '128kb' },
}

export default config
