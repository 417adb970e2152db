import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { findSecretNames } from '@/lib/session/payload-secrets'
import { formatOf, formats } from '.'
import { goldensOf } from './conformance'

const fixtures = new URL('fixtures/', import.meta.url)
/** The others have their goldens elsewhere. */
const withManifest = readdirSync(fixtures).filter((name) => existsSync(new URL(`${name}/manifest.json`, fixtures)))

test.each(withManifest)('what %s itself writes is no finding', (folder) => {
  const found = goldensOf(folder).flatMap(({ name, raw }) => {
    const format = formatOf(raw, formats)
    const decoded = format.decode(raw)
    const names = 'tree' in decoded ? findSecretNames(decoded.tree, format.expectedSecrets) : null
    return names === null ? [] : [`${name}: ${names}`]
  })
  // Symfony's users in memory have their passwords in clear, and so has each of their sessions.
  expect(found).toEqual(folder === 'symfony' ? ['signed-in-memory: password'] : [])
})
