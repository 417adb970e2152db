export const digestBytes: number
/** Base64 of the digests, one after another. */
export const commonPasswords: string
