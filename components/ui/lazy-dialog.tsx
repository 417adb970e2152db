'use client'

import dynamic from 'next/dynamic'
import { type ComponentProps, useEffect, useState } from 'react'
import type { Dialog } from './dialog'

const load = () => import('./dialog')
const Loaded = dynamic(() => load().then((part) => part.Dialog), { ssr: false })

/** A `Dialog` whose code is not part of the first load: fetched as soon as the page has come to rest, so that it is there also when the server is not. */
export function LazyDialog(props: ComponentProps<typeof Dialog>) {
  const [wasOpen, setWasOpen] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), 1000)
    return () => clearTimeout(timer)
  }, [])
  if (props.isOpen && !wasOpen) setWasOpen(true)
  return wasOpen || props.isOpen ? <Loaded {...props} /> : null
}
