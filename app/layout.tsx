import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { HintPopup } from '@/components/ui/hint-popup'
import { Toasts } from '@/components/ui/toast'
import { withBasePath } from '@/lib/client/base-path'
import { firstScript } from './first-script'
import './globals.css'

export const metadata: Metadata = {
  applicationName: 'Rollcall',
  description: 'The live login sessions that applications keep in Redis.',
  icons: { icon: withBasePath('/icon.svg') },
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
}

/** The document. Every page renders per request, so that its scripts carry the nonce. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection()
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of first-script.ts */}
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: firstScript }} />
      </head>
      <body className="min-h-dvh bg-surface text-ink antialiased">
        {children}
        <HintPopup />
        <Toasts />
      </body>
    </html>
  )
}
