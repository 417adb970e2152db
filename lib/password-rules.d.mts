export const leastCharacters: 15
export const mostBytes: 1024

/** The one spelling (NFC) under which a password is hashed and checked: keyboards write the same letter in two ways. */
export function normalizePassword(password: string): string

/**
 * Why this must not be a password, as the end of a sentence that begins with "The password", or null. Too short, too long, the same three times and more, a walk over the keyboard,
 * or nothing but one or two of some 6,000 common passwords and `words`: the names of the person and the place. Case, figures and signs between make no difference. Pure.
 */
export function findPasswordFault(password: string, words?: readonly string[]): string | null
