'use client'

import { exportAudit } from '@/components/audit/export-audit'
import { undoLast } from '@/components/sessions/deeds'
import { visibleString } from '@/components/ui/visible-text'
import { sayMany } from '@/components/ui/words'
import { withBasePath } from '@/lib/client/base-path'
import { useResource } from '@/lib/client/resource'
import { SourceList } from '@/lib/contract/source'
import { useConsole } from './console-context'
import { usePages } from './nav'
import { showOverlay } from './overlays'
import { signOut } from './sign-out'
import { setTheme, themes } from './theme-switch'
import { useHasKeys } from './use-has-keys'

/** One thing that the palette offers. `run` answers a sentence when it has something to say instead of being done. */
export type Command = {
  id: string
  group: string
  label: string
  isDeed?: boolean
  run: () => unknown
}

/** Everything that this admin may go to and do from anywhere; `go` leads to a page. */
export function useCommands(go: (path: string) => void): Command[] {
  const { can } = useConsole()
  const pages = usePages()
  const [hasKeys, setHasKeys] = useHasKeys()
  const { data } = useResource('/api/sources', SourceList, { everyMs: 10_000 })
  const sources = data?.sources ?? []
  const link = (label: string, path: string, group = 'Sessions'): Command => ({
    id: path,
    group,
    label,
    run: () => go(path),
  })
  return [
    ...pages.map(({ path, label, isDemo }) => ({
      ...link(label, path, 'Page'),
      ...(isDemo ? { run: () => void window.open(withBasePath(path), '_blank', 'noopener') } : {}),
    })),
    ...(can.revoke
      ? [
          { ...link('Log out a person everywhere…', '/users', 'Deed'), id: 'log-out', isDeed: true },
          { id: 'undo', group: 'Deed', label: 'Undo the last revoke', run: () => void undoLast() },
        ]
      : []),
    link('Sessions that never expire', '/sessions?status=persistent'),
    link('Sessions that end within 5 minutes', '/sessions?status=expiring'),
    link('Sessions with a large payload', '/sessions?finding=oversized'),
    link('Sessions that cannot be read', '/sessions?status=unreadable'),
    ...(sources.length < 2
      ? []
      : sources.map(({ id, name, sessions }) =>
          link(
            `Only ${visibleString(name)}`,
            `/sessions?source=${encodeURIComponent(id)}`,
            sayMany(sessions, 'session'),
          ),
        )),
    ...(can.export
      ? (['csv', 'json'] as const).map((format) => ({
          id: `export-${format}`,
          group: 'Deed',
          label: `Export the audit as ${format.toUpperCase()}`,
          // Once the palette has gone: a question may take its place.
          run: () => setTimeout(() => void exportAudit({ page: 1 }, format)),
        }))
      : []),
    ...themes.map(({ id, label }) => ({ id: `theme-${id}`, group: 'Theme', label, run: () => setTheme(id) })),
    { id: 'keys', group: 'Help', label: 'Keys on this page', run: () => setTimeout(() => showOverlay('keys')) },
    {
      id: 'has-keys',
      group: 'Help',
      label: `Switch single-key shortcuts ${hasKeys ? 'off' : 'on'}`,
      run: () => setHasKeys(!hasKeys),
    },
    link('Your account', '/account', 'You'),
    { id: 'sign-out', group: 'You', label: 'Sign out', run: () => void signOut() },
  ]
}
