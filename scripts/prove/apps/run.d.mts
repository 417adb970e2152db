import type { ChildProcess } from 'node:child_process'

export type DebianApp = {
  title: string
  file: string
  language: 'python' | 'php' | 'ruby'
  /** The packages whose versions tell what runs. */
  packages: readonly string[]
  format: string
  prefix: string
  keepsNoName?: boolean
  hasSealedCookie?: boolean
  revivedBy?: 'sql-row'
  env?: Record<string, string>
}

export const debianApps: Record<string, DebianApp>

export function startDebianApp(
  name: string,
  options: { port: number; redisUrl: string; env?: Record<string, string> },
): Promise<{ child: ChildProcess; versions: Record<string, string>; stop(): Promise<void> }>
