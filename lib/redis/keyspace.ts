/** Names of events that come with every write of a string or a hash that has an end: one of the first kind and one of the second. */
const writes = ['set', 'hset', 'restore', 'setrange', 'append']
const generic = ['expire', 'del', 'expired', 'persist', 'rename_to']

/** What to subscribe to for the keyspace events of these prefixes in one database. */
export function keyspacePatterns(database: number, prefixes: readonly string[]): string[] {
  return prefixes.map((prefix) => `__keyspace@${database}__:${escapeGlob(prefix)}*`)
}

/** The key that a channel of keyspace events names. */
export function keyOfChannel(channel: Buffer): Buffer {
  return channel.subarray(channel.indexOf(':') + 1)
}

/**
 * Whether a server tells of what sessions need. Which events are on cannot be asked for without CONFIG, and some alone would leave changes out: only both kinds, heard on one socket, say so.
 */
export function createEar() {
  let hasWrite = false
  let hasGeneric = false
  return {
    hear(event: string) {
      hasWrite ||= writes.includes(event)
      hasGeneric ||= generic.includes(event)
    },
    hasHeard: () => hasWrite && hasGeneric,
  }
}

export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&')
}
