'use client'

import { type FormEvent, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { showToast } from '@/components/ui/toast'
import { isPersonal } from './address'
import { loadLanguage } from './language'
import { addressOf, type Keepable } from './use-search'
import { saveView } from './view-deeds'

/** Asks for a name and keeps what is looked at. A refusal is said and nothing that was typed is lost. */
export function SaveView({
  search: { list, filter, sort, order, opened },
  onClose,
}: {
  search: Keepable
  onClose: () => void
}) {
  const [name, setName] = useState(opened.view?.name ?? '')
  const [text, setText] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isSaving, setSaving] = useState(false)
  useEffect(() => {
    void loadLanguage().then(
      ({ print }) => setText(print(filter)),
      () => setProblem('Rollcall does not answer. Close this and try again.'),
    )
  }, [filter])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (text === null || name.trim() === '') return
    setSaving(true)
    const answer = await saveView({ name, list, search: text, sort, order })
    setSaving(false)
    if ('problem' in answer) {
      const [fault] = answer.problem.faults
      setProblem(
        fault === undefined ? answer.problem.detail : `Not saved: the ${fault.pointer.slice(1)} ${fault.detail}.`,
      )
      return
    }
    onClose()
    window.history.pushState(null, '', addressOf(answer.view))
    showToast({ title: `Saved the view “${answer.view.name}”` })
  }

  return (
    <Dialog
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      title="Save view"
      description="For you alone. Its link carries only an opaque id; a name that you already use is replaced."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="save-view"
            disabled={text === null || isSaving || name.trim() === ''}
          >
            Save
          </Button>
        </>
      }
    >
      <form id="save-view" onSubmit={submit} className="flex flex-col gap-3">
        <Field
          label="Name"
          value={name}
          onChange={(event) => {
            setName(event.target.value)
            setProblem(null)
          }}
          maxLength={60}
          autoComplete="off"
          problem={problem}
        />
        <p className="max-h-32 overflow-y-auto rounded-md bg-sunken px-2.5 py-2 font-mono text-xs break-all">{text}</p>
        {isPersonal(filter) ? (
          <p className="text-xs text-muted">
            What is searched for says something of people. It is kept in Rollcall’s own Redis.
          </p>
        ) : null}
      </form>
    </Dialog>
  )
}
