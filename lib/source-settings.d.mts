/** Watched from the first second where nothing names prefixes, keys or no keys. */
export const builtInPrefixes: readonly string[]
