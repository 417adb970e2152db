'use client'

import dynamic from 'next/dynamic'
import type { ReactNode } from 'react'
import { EnvironmentStrip } from '@/components/ui/environment-strip'
import { Logo } from '@/components/ui/logo'
import { useIsSignedOut } from '@/lib/client/signed-out'
import { Account } from './account'
import { CommandButton } from './command-button'
import { type Console, ConsoleProvider } from './console-context'
import { FocusKeeper } from './focus-keeper'
import { Nav } from './nav'
import { Overlays } from './overlays'

/** A part that the server did not give any more takes nothing else with it. */
const Nothing = () => null
const RunningJobs = dynamic(
  () =>
    import('./running-jobs').then(
      (part) => part.RunningJobs,
      () => Nothing,
    ),
  { ssr: false },
)
const IdleWarning = dynamic(
  () =>
    import('./idle-warning').then(
      (part) => part.IdleWarning,
      () => Nothing,
    ),
  { ssr: false },
)

/** What stands around every page of the console: a rail on the left, icons only when narrow, a bar at the bottom on phones. */
export function Shell({ console, children }: { console: Console; children: ReactNode }) {
  const isSignedOut = useIsSignedOut()
  if (isSignedOut) {
    return (
      <main className="grid h-dvh place-items-center text-base text-muted">
        <p role="status">You are signed out.</p>
      </main>
    )
  }
  return (
    <ConsoleProvider value={console}>
      <a
        href="#main"
        className="sr-only z-60 rounded-md bg-raised px-3 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <div className="flex h-dvh flex-col">
        <EnvironmentStrip environment={console.environment} />
        <div className="flex min-h-0 flex-1 flex-col-reverse md:flex-row">
          <header className="z-30 flex shrink-0 border-line bg-surface max-md:h-(--bottom-bar) max-md:items-start max-md:border-t max-md:px-2 max-md:pt-1 md:w-15 md:flex-col md:gap-4 md:border-r md:p-3 md:max-lg:p-1 md:max-lg:pt-3 lg:w-52">
            <div className="flex items-center gap-2.5 px-1 pt-1 max-lg:justify-center max-md:hidden">
              <Logo />
              <span className="text-lg font-semibold tracking-tight md:max-lg:sr-only">Rollcall</span>
            </div>
            <CommandButton />
            <Nav />
            <RunningJobs />
            <div className="min-w-0 max-md:flex max-md:h-12 md:mt-auto md:flex md:flex-col">
              <Account />
            </div>
          </header>
          <main id="main" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
            {children}
          </main>
        </div>
      </div>
      <IdleWarning />
      <Overlays />
      <FocusKeeper />
    </ConsoleProvider>
  )
}
