'use client'

import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { useResource } from '@/lib/client/resource'
import type { SessionFilter } from '@/lib/contract/session'
import { SourceList } from '@/lib/contract/source'
import type { ListName } from '@/lib/contract/view'
import type { SearchFault } from '@/lib/search/parse'
import type { Suggestion, Suggestions } from '@/lib/search/suggest'
import { loadLanguage } from './language'

const typingMs = 150
const wordsOf = ({ q, words }: SessionFilter) => JSON.stringify([q, words])

type SearchText = {
  filter: SessionFilter
  setFilter: (filter: SessionFilter) => void
  list: ListName
  inputRef: RefObject<HTMLInputElement | null>
}

/**
 * The text in a search box: what is typed becomes terms of the filter as soon as it is complete; free words stay. A fault stands until it is mended, and meanwhile nothing new is searched.
 * The words go nowhere but into memory and a request's body.
 */
export function useSearchText({ filter, setFilter, list, inputRef }: SearchText) {
  const [text, setText] = useState('')
  const [faults, setFaults] = useState<SearchFault[]>([])
  const [offer, setOffer] = useState<Suggestions | null>(null)
  const known = useKnownValues()
  const latest = useRef({ filter, setFilter, text, known })
  latest.current = { ...latest.current, filter, setFilter, known }
  const shownWords = useRef('[null,null]')
  /** What this box itself asked for and has not come back yet: until then older words are not news. */
  const asked = useRef<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const write = useCallback(
    (next: string, caret?: number) => {
      latest.current.text = next
      setText(next)
      if (caret !== undefined) requestAnimationFrame(() => inputRef.current?.setSelectionRange(caret, caret))
    },
    [inputRef],
  )

  /** Searches for what is complete; `isDone`: all of it is, wherever the caret stands. */
  const apply = useCallback(
    async (isDone: boolean, caret?: number) => {
      clearTimeout(timer.current)
      const { settle, join } = await loadLanguage()
      const now = latest.current
      const settled = settle(now.text, isDone ? null : (caret ?? caretOf(inputRef)), list)
      setFaults(settled.faults)
      if (settled.faults.length > 0) return
      if (settled.rest !== now.text) write(settled.rest)
      const next = join(now.filter, settled)
      if (JSON.stringify(next) === JSON.stringify(now.filter)) return
      asked.current = wordsOf(next)
      now.filter = next
      now.setFilter(next)
    },
    [inputRef, list, write],
  )

  const look = useCallback(
    async (isAsked: boolean, caret?: number) => {
      const { suggest } = await loadLanguage()
      const now = latest.current
      const at = caret ?? caretOf(inputRef)
      const found = suggest(now.text, at, now.known, list)
      const isMeant = isAsked || found.start < at || now.text.at(-1) === ':'
      setOffer(found.options.length > 0 && isMeant ? found : null)
    },
    [inputRef, list],
  )

  const type = (next: string) => {
    write(next)
    setFaults([])
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void apply(false).catch(() => undefined), typingMs)
    void look(false).catch(() => undefined)
  }

  const accept = (option: Suggestion) => {
    if (offer === null) return
    const put = `${text.slice(0, offer.start)}${option.text}${option.isWhole ? ' ' : ''}`
    write(put + text.slice(offer.end).replace(/^\s/, ''), put.length)
    setOffer(null)
    // Where the caret will be, for the box has not been drawn anew yet.
    void apply(false, put.length).catch(() => undefined)
    if (!option.isWhole) void look(true, put.length).catch(() => undefined)
  }

  // Words that came from elsewhere, such as a saved view or a filter that was cleared, take the place of what was typed.
  useEffect(() => {
    const words = wordsOf(filter)
    const isOwn = asked.current !== null
    if (words === asked.current) asked.current = null
    if (isOwn || words === shownWords.current) {
      if (asked.current === null) shownWords.current = words
      return
    }
    shownWords.current = words
    setFaults([])
    void loadLanguage().then(
      ({ printWords }) => write(printWords(latest.current.filter)),
      () => undefined,
    )
  }, [filter, write])
  useEffect(() => () => clearTimeout(timer.current), [])

  const close = useCallback(() => setOffer(null), [])
  return { text, faults, offer, type, accept, apply, look, close }
}

const caretOf = (ref: RefObject<HTMLInputElement | null>) =>
  ref.current?.selectionStart ?? ref.current?.value.length ?? 0

function useKnownValues() {
  const { data } = useResource('/api/sources', SourceList, { everyMs: 10_000 })
  const sources = data?.sources ?? []
  return {
    source: sources.map(({ id }) => id),
    format: [...new Set(sources.flatMap(({ formats }) => Object.keys(formats)))].sort(),
  }
}
