import { expect, test } from 'vitest'
import { counted, tell } from '@/bench/support/row'
import { startRedis } from '@/e2e/support/redis'
import { createStore } from '@/lib/store'

const sessions = 10_000
const inWave = 500
const writers = 8
const savesEach = 4

test('with the store library nothing comes back, and no dashboard runs', async (context) => {
  const redis = await startRedis()
  try {
    const clients = Array.from({ length: writers }, () => redis.client({ enableAutoPipelining: true }))
    const stores = clients.map((client) => createStore(client))
    const client = redis.client()
    const [store] = stores
    if (store === undefined) throw new Error('no writer')
    const [alive, answers] = [{ sessions: 0 }, { saved: 0, revoked: 0 }]
    for (let wave = 0; wave < sessions / inWave; wave += 1) {
      const made = await Promise.all(
        Array.from({ length: inWave }, (_, index) => store.create({ cart: 0 }, { principal: `p${index}` })),
      )
      const keys = await client.keys('session:*')
      expect(keys).toHaveLength(inWave)
      // Each request read its session before the revoke, and saves it before, in and after it.
      const storm = stores.map(async (own, writer) => {
        for (let save = 0; save < savesEach; save += 1) {
          const said = await Promise.all(made.map((session) => own.save({ ...session }, { cart: writer })))
          for (const one of said) answers[one] += 1
        }
      })
      const revokes = keys.map(async (key) => client.unlink(key))
      await Promise.all([...storm, ...revokes])
      alive.sessions += await client.exists(keys)
    }
    expect(answers.saved).toBeGreaterThan(0)
    tell(
      context,
      {
        ...{ what: `store library, no guard: alive after the storm, of ${counted.format(sessions)}`, unit: 'times' },
        ...{ value: alive.sessions, bound: { of: 'value', most: 0 } },
      },
      { what: 'saves that said revoked', value: answers.revoked, unit: 'times' },
      { what: 'saves that came before the revoke', value: answers.saved, unit: 'times' },
    )
  } finally {
    await redis.stop()
  }
})
