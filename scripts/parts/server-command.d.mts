export const serverCommand: [file: string, args: string[]]
