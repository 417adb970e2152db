/** Nothing that is stored nests deeper than this and is still shown: every walk over a tree may recurse. */
export const maxDepth = 64
/** So many values of a tree are kept; the rest is cut, and said so. */
export const maxNodes = 10_000
/** The longest text that becomes a row's principal, label or user agent, in UTF-16 units. */
export const maxFactLength = 512
/** A compressed value that grows beyond this is not read: a bomb, or no session. */
export const maxInflatedBytes = 2 * 1024 * 1024
