import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const alias = [
  { find: /^@\//, replacement: root },
  // The marker that keeps server code out of the browser has no meaning in a test.
  { find: /^server-only$/, replacement: `${root}node_modules/server-only/empty.js` },
]
const exclude = ['node_modules/**', '.next*/**', '.rollcall/**', 'e2e/**/*.spec.ts']

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          testTimeout: 60_000,
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...exclude, '**/*.redis.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      { resolve: { alias }, test: { name: 'bench', include: [], benchmark: { include: ['bench/**/*.bench.ts'] } } },
      {
        resolve: { alias },
        test: { name: 'measure', include: ['bench/**/*.measure.ts'], testTimeout: 900_000, hookTimeout: 300_000 },
      },
      {
        resolve: { alias },
        test: { name: 'prove', include: ['scripts/prove/**/*.prove.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        resolve: { alias },
        test: {
          name: 'redis',
          include: ['**/*.redis.test.ts'],
          exclude,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
