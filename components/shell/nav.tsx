'use client'

import {
  ChartNoAxesColumn,
  Command,
  Database,
  Ellipsis,
  IdCard,
  KeyRound,
  ListChecks,
  type LucideIcon,
  ScrollText,
  SearchCheck,
  Store,
  UserCog,
  Users,
} from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu'
import { withBasePath } from '@/lib/client/base-path'
import { useConsole } from './console-context'
import { showOverlay } from './overlays'

type Page = { path: string; label: string; icon: LucideIcon; isDemo?: boolean; isAudit?: boolean; isAdmin?: boolean }

/** The one list of pages. */
const pages: Page[] = [
  { path: '/', label: 'Overview', icon: ChartNoAxesColumn },
  { path: '/sessions', label: 'Sessions', icon: Users },
  { path: '/users', label: 'People', icon: IdCard },
  { path: '/findings', label: 'Findings', icon: SearchCheck },
  { path: '/jobs', label: 'Jobs', icon: ListChecks },
  { path: '/sources', label: 'Sources', icon: Database },
  { path: '/audit', label: 'Audit', icon: ScrollText, isAudit: true },
  { path: '/tokens', label: 'API tokens', icon: KeyRound, isAdmin: true },
  { path: '/admins', label: 'Admins', icon: UserCog, isAdmin: true },
  { path: '/demo', label: 'Demo', icon: Store, isDemo: true },
]
/** So many stand in the bar of a phone; the rest is behind one button. */
const mostOnPhone = 4

const itemClass =
  'flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-muted transition-colors duration-quick hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:text-ink max-lg:justify-center max-md:h-12 max-md:min-w-0 max-md:flex-1 max-md:flex-col max-md:gap-0.5 max-md:px-1 max-md:text-xs pointer-coarse:min-h-11'

/** The pages that this admin may see here. */
export function usePages(): Page[] {
  const { hasDemo, can } = useConsole()
  return pages.filter(
    ({ isDemo, isAudit, isAdmin }) => (!isDemo || hasDemo) && (!isAudit || can.audit) && (!isAdmin || can.manage),
  )
}

export function Nav() {
  const pathname = usePathname()
  const router = useRouter()
  const shown = usePages()
  const isCurrent = (path: string) => pathname === path || (path !== '/' && pathname.startsWith(`${path}/`))
  const rest = shown.slice(mostOnPhone)
  return (
    <nav aria-label="Pages" className="flex min-w-0 gap-1 max-md:flex-1 md:flex-col">
      {shown.map(({ path, label, icon: Icon, isDemo }, index) => (
        <Link
          key={path}
          href={path}
          prefetch={false}
          title={label}
          {...(isDemo ? { target: '_blank' } : {})}
          aria-current={isCurrent(path) ? 'page' : undefined}
          className={`${itemClass} ${index < mostOnPhone ? '' : 'max-md:hidden'}`}
        >
          <Icon aria-hidden className="size-4.5 shrink-0" />
          <span className="md:max-lg:sr-only">{label}</span>
        </Link>
      ))}
      <div className="flex min-w-0 flex-1 md:hidden">
        <Menu
          align="end"
          trigger={
            <button
              type="button"
              className={itemClass}
              aria-current={rest.some(({ path }) => isCurrent(path)) ? 'true' : undefined}
            >
              <Ellipsis aria-hidden className="size-4.5 shrink-0" />
              More
            </button>
          }
        >
          {rest.map(({ path, label, icon: Icon, isDemo }) => (
            <MenuItem
              key={path}
              onClick={() => (isDemo ? window.open(withBasePath(path), '_blank', 'noopener') : router.push(path))}
            >
              <Icon aria-hidden className="size-4" /> {label}
            </MenuItem>
          ))}
          <MenuLine />
          <MenuItem onClick={() => showOverlay('palette')}>
            <Command aria-hidden className="size-4" /> Commands
          </MenuItem>
        </Menu>
      </div>
    </nav>
  )
}
