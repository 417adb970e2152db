import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { InsecureNote } from '@/components/login/insecure-note'
import { OtherWays } from '@/components/login/other-ways'
import { wordsOfRefusal } from '@/components/login/refusals'
import { SignInForm } from '@/components/login/sign-in-form'
import { EnvironmentStrip } from '@/components/ui/environment-strip'
import { Logo } from '@/components/ui/logo'
import { ProblemNote } from '@/components/ui/problem-note'
import { readCurrentAdmin } from '@/lib/http/current-admin'
import { localPath } from '@/lib/http/next-path'
import { canHoldCookie } from '@/lib/http/origin'
import { getRuntime } from '@/lib/runtime'

export const metadata: Metadata = { title: 'Sign in · Rollcall' }

/** Where an admin signs in, or reads why nobody can. Open to all. */
export default async function LoginPage({ searchParams }: { searchParams: Promise<Record<string, unknown>> }) {
  const asked = await searchParams
  const next = localPath(asked.next)
  const refusal = wordsOfRefusal(asked.refused)
  if (await readCurrentAdmin()) redirect(next)
  const { settings, home, admins } = getRuntime()
  const sent = await headers()
  const vouched = admins.vouchedBy(sent)
  const canSignIn = canHoldCookie(sent, settings)
  return (
    <div className="flex min-h-dvh flex-col">
      <EnvironmentStrip environment={settings.environment} />
      <main className="grid flex-1 place-items-center px-4 py-10">
        <div className="flex w-full max-w-90 flex-col gap-6">
          <header className="flex flex-col gap-3">
            <Logo className="size-10" />
            <div className="flex flex-col gap-1">
              <h1 className="text-xl font-semibold tracking-tight">Sign in to Rollcall</h1>
              <p className="text-muted">Every login session in your Redis, live, and ended with one click.</p>
            </div>
          </header>
          {home.health().state === 'up' ? null : (
            <ProblemNote title="Redis does not answer" tone="stale">
              Signing in is closed until it does. Whoever is signed in may still look.
            </ProblemNote>
          )}
          {refusal === null ? null : <ProblemNote title={refusal.title}>{refusal.detail}</ProblemNote>}
          {canSignIn ? (
            <>
              <SignInForm next={next} />
              <OtherWays next={next} provider={settings.openId?.name ?? null} person={vouched?.username ?? null} />
            </>
          ) : (
            <InsecureNote host={(sent.get('host') ?? '').replace(/:\d+$/, '')} port={settings.port} />
          )}
          <footer className="flex flex-col gap-3 border-t border-line pt-4 text-xs text-muted">
            <p>
              The first start prints a password for <span className="font-mono text-ink">admin</span> in its terminal.
              To choose your own, set <span className="font-mono text-ink">ROLLCALL_ADMIN_PASSWORD</span> and start
              again.
            </p>
            {settings.hasDemo ? (
              <Link href="/demo" prefetch={false} className="self-start text-accent underline-offset-2 hover:underline">
                Visit the demo shop
              </Link>
            ) : null}
          </footer>
        </div>
      </main>
    </div>
  )
}
