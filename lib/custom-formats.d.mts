/** Every step of `encoding` in `ROLLCALL_CONFIG`. */
export const encodingNames: string[]
