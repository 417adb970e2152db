import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { connection } from 'next/server'
import { Awning } from '@/components/demo/awning'
import { CornerShop } from '@/components/demo/corner-shop'
import { buttonClass } from '@/components/ui/button'
import { getRuntime } from '@/lib/runtime'

export const metadata: Metadata = { title: 'Corner Shop · Rollcall demo' }

/** The shop's own accent in place of the console's. */
const palette =
  '[--color-accent:light-dark(oklch(0.48_0.09_196),oklch(0.78_0.1_192))] [--color-accent-ink:light-dark(oklch(0.99_0.01_196),oklch(0.18_0.03_196))] [--color-accent-soft:light-dark(oklch(0.955_0.022_192),oklch(0.27_0.035_196))] [--accent:var(--color-accent)]'

/** A pretend shop whose shoppers have real sessions. Only in demo mode. */
export default async function DemoPage() {
  await connection()
  if (getRuntime().demo === null) notFound()
  return (
    <div className={`min-h-dvh ${palette}`}>
      <Awning />
      <header className="mx-auto flex max-w-6xl flex-wrap items-end justify-between gap-x-6 gap-y-3 px-4 pt-6 sm:px-6">
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">Corner Shop</h1>
          <p className="text-muted">A pretend shop with real sessions</p>
        </div>
        <Link href="/sessions" prefetch={false} target="_blank" className={buttonClass('plain')}>
          Open the dashboard
        </Link>
      </header>
      <main className="mx-auto max-w-6xl px-4 py-6 sm:px-6">
        <CornerShop />
      </main>
    </div>
  )
}
