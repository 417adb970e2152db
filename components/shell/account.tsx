'use client'

import { IdCard, LogOut } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu'
import { roleLabels } from '@/components/ui/role-labels'
import { VisibleText, visibleString } from '@/components/ui/visible-text'
import { useConsole } from './console-context'
import { signOut } from './sign-out'
import { ThemeItems } from './theme-switch'

/** Who is signed in and as what, the theme, and the way out. */
export function Account() {
  const { me, isReadOnly } = useConsole()
  const router = useRouter()
  const role = isReadOnly ? `${roleLabels[me.role]}, read-only` : roleLabels[me.role]
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={`${visibleString(me.username)}, ${role}: account and theme`}
          className="flex min-h-11 min-w-0 items-center gap-2.5 rounded-md px-1.5 text-left hover:bg-sunken data-popup-open:bg-sunken max-lg:flex-col max-lg:justify-center max-lg:gap-0.5 max-lg:px-0 max-md:px-2"
        >
          <span
            aria-hidden
            className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-sm font-semibold text-accent uppercase max-md:size-5 max-md:text-xs"
          >
            {Array.from(me.username)[0]}
          </span>
          <span className="min-w-0 max-w-full max-lg:text-center">
            <span className="block truncate text-sm font-medium max-lg:hidden">
              <VisibleText text={me.username} />
            </span>
            <span className="block text-xs text-faint max-lg:text-balance">{role}</span>
          </span>
        </button>
      }
    >
      <p className="px-2 pt-1.5 text-sm font-medium">
        <VisibleText text={me.username} />
      </p>
      <p className="max-w-56 px-2 pb-1.5 text-xs text-faint">
        {role}
        {me.role === 'viewer'
          ? '. You see everything and change nothing.'
          : isReadOnly
            ? '. Nobody changes sessions from here.'
            : ''}
      </p>
      <MenuLine />
      <ThemeItems />
      <MenuLine />
      <MenuItem onClick={() => router.push('/account')}>
        <IdCard aria-hidden className="size-4" /> Account
      </MenuItem>
      <MenuItem onClick={() => void signOut()}>
        <LogOut aria-hidden className="size-4" /> Sign out
      </MenuItem>
    </Menu>
  )
}
