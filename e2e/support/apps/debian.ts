import { debianApps, startDebianApp } from '@/scripts/prove/apps/run.mjs'
import { freePort, until } from '../redis'
import { createRemoteApp, type RemoteApp } from './app'

/** An application of `scripts/prove/apps` by its name, once it answers. */
export async function startDebian(name: string, redisUrl: string): Promise<RemoteApp> {
  const described = debianApps[name]
  if (described === undefined) throw new Error(`There is no application ${name}`)
  const port = await freePort()
  const { child, versions, stop } = await startDebianApp(name, { port, redisUrl })
  const url = `http://127.0.0.1:${port}`
  try {
    await until(
      `${name} answers`,
      async () => {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
        // To its end: PHP stores the session after the last byte of the answer.
        return fetch(`${url}/me`).then(
          async (response) => (await response.text()) !== '' && response.ok,
          () => false,
        )
      },
      30_000,
    )
  } catch (error) {
    await stop()
    throw error
  }
  return createRemoteApp({
    name: described.title,
    formatId: described.format,
    prefix: described.prefix,
    versions: Object.fromEntries(described.packages.map((one) => [one, versions[one] ?? 'unknown'])),
    isCookieSealed: described.hasSealedCookie ?? false,
    tells: ({ id, name: personName }) => ({ principal: id, label: described.keepsNoName ? null : personName }),
    url,
    stop,
  })
}
