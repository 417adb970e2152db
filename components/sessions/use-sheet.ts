'use client'

import { usePathname } from 'next/navigation'
import { useCallback, useEffect, useRef } from 'react'
import { withBasePath } from '@/lib/client/base-path'

/** The sheet is an address of its own: opening goes forward, closing goes back. */
export function useSheet() {
  const pathname = usePathname()
  const openHandle = /^\/sessions\/([^/]+)$/.exec(pathname)?.[1] ?? null
  const opened = useRef(false)
  const open = useCallback((handle: string) => {
    const address = `${withBasePath(`/sessions/${handle}`)}${window.location.search}`
    if (opened.current) window.history.replaceState(null, '', address)
    else window.history.pushState(null, '', address)
    opened.current = true
  }, [])
  const isClosing = useRef(false)
  const close = useCallback(() => {
    if (isClosing.current) return
    isClosing.current = true
    if (opened.current) window.history.back()
    else window.history.pushState(null, '', `${withBasePath('/sessions')}${window.location.search}`)
  }, [])
  useEffect(() => {
    isClosing.current = false
    if (openHandle === null) opened.current = false
  }, [openHandle])
  return { openHandle, open, close }
}
