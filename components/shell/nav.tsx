'use client'

import {
  ChartNoAxesColumn,
  IdCard,
  ListChecks,
  type LucideIcon,
  ScrollText,
  SearchCheck,
  Store,
  Users,
} from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useConsole } from './console-context'

type Page = { path: string; label: string; icon: LucideIcon; isDemo?: boolean; isAudit?: boolean }

/** The one list of pages. */
const pages: Page[] = [
  { path: '/', label: 'Overview', icon: ChartNoAxesColumn },
  { path: '/sessions', label: 'Sessions', icon: Users },
  { path: '/users', label: 'People', icon: IdCard },
  { path: '/findings', label: 'Findings', icon: SearchCheck },
  { path: '/jobs', label: 'Jobs', icon: ListChecks },
  { path: '/audit', label: 'Audit', icon: ScrollText, isAudit: true },
  { path: '/demo', label: 'Demo', icon: Store, isDemo: true },
]

export function Nav() {
  const pathname = usePathname()
  const { hasDemo, can } = useConsole()
  return (
    <nav aria-label="Pages" className="flex gap-1 max-md:flex-1 md:flex-col">
      {pages
        .filter(({ isDemo, isAudit }) => (!isDemo || hasDemo) && (!isAudit || can.audit))
        .map(({ path, label, icon: Icon, isDemo }) => (
          <Link
            key={path}
            href={path}
            prefetch={false}
            title={label}
            {...(isDemo ? { target: '_blank' } : {})}
            aria-current={pathname === path || (path !== '/' && pathname.startsWith(`${path}/`)) ? 'page' : undefined}
            className="flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-muted transition-colors duration-quick hover:bg-sunken hover:text-ink aria-[current]:bg-sunken aria-[current]:text-ink max-lg:justify-center max-md:h-12 max-md:flex-1 max-md:flex-col max-md:gap-0.5 max-md:px-1 max-md:text-xs pointer-coarse:min-h-11"
          >
            <Icon aria-hidden className="size-4.5 shrink-0" />
            <span className="md:max-lg:sr-only">{label}</span>
          </Link>
        ))}
    </nav>
  )
}
