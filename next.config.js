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
  serverExternalPackages: ['ioredis', 'pino', 'js-redis-server', '@node-rs/argon2'],
  outputFileTracingIncludes: {
    '/**': ['node_modules/@node-rs/argon2*/**', 'node_modules/js-redis-server/**', 'node_modules/lua-redis-wasm/**'],
  },
  outputFileTracingExcludes: { '/**': ['docs/**', 'e2e/**', 'bench/**', 'test-results/**'] },
  // Types are checked by `npm run check`: TypeScript 7 has no API that the build could call.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
}

export default config
