'use client'

import { Bookmark } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Menu } from '@/components/ui/menu'
import type { Keepable } from './use-search'

const ViewItems = dynamic(() => import('./view-items').then((part) => part.ViewItems), { ssr: false })
const SaveView = dynamic(() => import('./save-view').then((part) => part.SaveView), { ssr: false })

/** The views that this admin keeps of this list, and how to keep the present one. What stands in it is fetched when it is opened. */
export function ViewsMenu({ search }: { search: Keepable }) {
  const [isSaving, setSaving] = useState(false)
  const name = search.opened.view?.name
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button look="quiet" aria-label={name === undefined ? 'Views' : `View: ${name}`}>
            <Bookmark aria-hidden className={`size-4 ${name === undefined ? '' : 'fill-current text-accent'}`} />
            <span className="max-w-32 truncate max-sm:hidden">{name ?? 'Views'}</span>
          </Button>
        }
      >
        <ViewItems search={search} save={() => setSaving(true)} />
      </Menu>
      {isSaving ? <SaveView search={search} onClose={() => setSaving(false)} /> : null}
    </>
  )
}
