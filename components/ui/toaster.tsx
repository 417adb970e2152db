'use client'

import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { buttonClass } from './button'
import { type ToastOptions, takeToasts } from './toast'

type ToastData = { action: { label: string; run: () => void } | null; drainMs: number | null; isBad: boolean }

const manager = Base.createToastManager<ToastData>()

function add({ title, detail, action, drainMs, isBad = false }: ToastOptions): () => void {
  const id = manager.add({
    title,
    description: detail,
    priority: isBad ? 'high' : 'low',
    timeout: drainMs === undefined ? (isBad ? 10_000 : 5_000) : 0,
    data: { action: action ?? null, drainMs: drainMs ?? null, isBad },
  })
  const close = () => manager.close(id)
  if (drainMs !== undefined) setTimeout(close, drainMs)
  return close
}

/** Draws the toasts; stands once on the page. What was said before it came is said then. */
export function Toaster() {
  useEffect(() => takeToasts(add), [])
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-[calc(16px+var(--bottom-bar)+var(--toast-lift,0px))] z-60 flex w-[min(400px,calc(100vw-32px))] flex-col gap-2">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function Toasts() {
  const { toasts } = Base.useToastManager<ToastData>()
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className={`rounded-lg bg-raised shadow-float transition-[opacity,translate] duration-quick ease-out data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0 ${toast.data?.isBad ? 'border-l-3 border-danger' : ''}`}
    >
      <Base.Content className="flex items-center gap-3 py-2 pr-2 pl-3.5">
        {toast.data?.drainMs ? <DrainRing ms={toast.data.drainMs} /> : null}
        <div className="min-w-0 flex-1 py-1">
          <Base.Title render={<p />} className="text-sm font-medium wrap-anywhere">
            {toast.title}
          </Base.Title>
          {toast.description ? (
            <Base.Description className="text-sm text-muted wrap-anywhere">{toast.description}</Base.Description>
          ) : null}
        </div>
        {toast.data?.action ? (
          <button
            type="button"
            className={buttonClass('plain')}
            onClick={() => {
              toast.data?.action?.run()
              manager.close(toast.id)
            }}
          >
            {toast.data.action.label}
          </button>
        ) : null}
        <Base.Close className={buttonClass('quiet', true)} aria-label="Dismiss">
          <X aria-hidden className="size-4" />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ))
}

function DrainRing({ ms }: { ms: number }) {
  return (
    <svg viewBox="0 0 20 20" className="size-5 shrink-0 -rotate-90" aria-hidden="true">
      <circle cx="10" cy="10" r="8" fill="none" strokeWidth="2.5" className="stroke-line" />
      <circle
        cx="10"
        cy="10"
        r="8"
        fill="none"
        strokeWidth="2.5"
        pathLength={1}
        strokeDasharray={1}
        className="animate-drain stroke-accent"
        style={{ animationDuration: `${ms}ms` }}
      />
    </svg>
  )
}
