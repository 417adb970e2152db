import { readFileSync } from 'node:fs'
import { parseRedisAddress } from '@/lib/redis-address.mjs'
import type { RedisAddress } from '@/lib/settings.mjs'

export type Secrets = {
  username?: string
  password?: string
  sentinelPassword?: string
  tls?: { ca?: string; cert?: string; key?: string }
}

/**
 * What an address takes from files, as they stand now: the user and the passwords, and what TLS trusts and shows. A file that cannot be read, or holds no address, changes nothing,
 * for a rotation may be half done; Redis itself says when a password is wrong. Cost: a small file or two.
 */
export function readSecrets({ secretFiles = {}, tlsFiles }: RedisAddress): Secrets {
  const url = read(secretFiles.url)
  const parsed = url === undefined ? null : parseRedisAddress(url)
  const told = parsed !== null && 'address' in parsed ? parsed.address : null
  const username = told?.username ?? undefined
  const password = read(secretFiles.password) ?? told?.password ?? undefined
  const sentinelPassword = read(secretFiles.sentinelPassword) ?? told?.sentinelPassword ?? undefined
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tlsFiles === undefined ? {} : { tls: readAll(tlsFiles) }),
  }
}

function readAll(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, path]) => {
      const text = read(path)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function read(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '') || undefined
  } catch {
    // Whoever rotates may move the file away for a moment.
    return undefined
  }
}
