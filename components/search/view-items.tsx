'use client'

import { MenuItem, MenuLine } from '@/components/ui/menu'
import { showToast } from '@/components/ui/toast'
import { VisibleText } from '@/components/ui/visible-text'
import { useResource } from '@/lib/client/resource'
import { type SavedView, ViewList } from '@/lib/contract/view'
import { addressOf, type Keepable } from './use-search'
import { deleteView, saveView } from './view-deeds'

/** What stands in the menu: each view, keep this one, delete the one that is open. */
export function ViewItems({ search, save }: { search: Keepable; save: () => void }) {
  const { data, problem } = useResource('/api/views', ViewList, { everyMs: 0 })
  const rows = (data?.rows ?? []).filter(({ list }) => list === search.list)
  const { view } = search.opened
  return (
    <>
      {problem === null ? null : (
        <p role="alert" className="max-w-64 px-2 py-1.5 text-sm text-danger">
          {problem.detail}
        </p>
      )}
      {data === undefined && problem === null ? <p className="px-2 py-1.5 text-sm text-muted">Reading…</p> : null}
      {data !== undefined && rows.length === 0 ? (
        <p className="max-w-64 px-2 py-1.5 text-sm text-muted">No view yet. Search for something and save it here.</p>
      ) : null}
      {rows.map((row) => (
        <MenuItem key={row.view} onClick={() => openView(row)} className="max-w-80">
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">
              <VisibleText text={row.name} />
            </span>
            <span className="block truncate font-mono text-xs text-muted">{row.search || 'everything'}</span>
          </span>
          {row.view === view?.view ? <span className="text-xs text-accent">open</span> : null}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem onClick={save} disabled={!search.isFiltered}>
        Save view…
      </MenuItem>
      {view === null ? null : (
        <MenuItem className="text-danger" onClick={() => void remove(view, search)}>
          <span className="max-w-60 truncate">Delete “{view.name}”</span>
        </MenuItem>
      )}
    </>
  )
}

/** What was looked at stays, as a search of its own; the view itself can be brought back for a while. */
async function remove(view: SavedView, search: Keepable): Promise<void> {
  const problem = await deleteView(view.view)
  if (problem !== null) {
    showToast({ title: 'The view was not deleted', detail: problem.detail, isBad: true })
    return
  }
  search.leave()
  const { name, list, search: text, sort, order } = view
  showToast({
    title: `Deleted the view “${name}”`,
    action: {
      label: 'Undo',
      run: () =>
        void saveView({ name, list, search: text, sort, order }).then((answer) => {
          if ('problem' in answer)
            showToast({ title: 'The view is still gone', detail: answer.problem.detail, isBad: true })
          else openView(answer.view)
        }),
    },
    drainMs: 10_000,
  })
}

function openView(view: SavedView): void {
  window.history.pushState(null, '', addressOf(view))
}
