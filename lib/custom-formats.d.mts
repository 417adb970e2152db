import type { CustomFormat } from './session/custom-format'

/** Every step of `encoding` in `ROLLCALL_CONFIG`. */
export const encodingNames: string[]

/**
 * The formats in the file that `ROLLCALL_CONFIG` names; none without one. What is wrong with it is added to `faults`, a sentence each that points into the file. `builtIn`: ids
 * that are taken.
 */
export function readCustomFormats(
  path: string | undefined,
  readFile: (path: string) => string,
  builtIn: string[],
  faults: string[],
): CustomFormat[]
