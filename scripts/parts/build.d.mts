export const canary: string
export function withoutSettings(env: Record<string, string | undefined>): Record<string, string | undefined>
