'use client'

import { type ReactNode, useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, inputClass } from '@/components/ui/field'
import { visibleString } from '@/components/ui/visible-text'
import type { SourceList } from '@/lib/contract/source'
import { chooseSource } from './choose'
import { isSamePlace, type Place } from './place'

/** What is to be watched: a prefix that is known, or (null) one that somebody types. */
export type Pinning = Place & { prefix: string | null; format: string | null }

type WatchDialogProps = Pinning & { formats: SourceList['formats']; places: Place[]; onClose: () => void }

/** Watches a prefix as one format, or as whatever each key has. */
export function WatchDialog({ prefix, redis, database, format, formats, places, onClose }: WatchDialogProps) {
  const [typed, setTyped] = useState(prefix ?? '')
  const [as, setAs] = useState(format ?? '')
  const [where, setWhere] = useState<Place>({ redis, database })
  const ids = { form: useId(), format: useId(), database: useId() }
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      title={prefix === null ? 'Watch a prefix' : `Watch ${visibleString(prefix)}`}
      description="Its keys are shown as sessions, for all admins and at every replica. Nothing in Redis changes."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form={ids.form} disabled={typed === ''}>
            Watch
          </Button>
        </>
      }
    >
      <form
        id={ids.form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed === '') return
          void chooseSource({ ...where, prefix: typed, choice: 'include', format: as === '' ? null : as })
          onClose()
        }}
      >
        {prefix === null ? (
          <Field
            label="Prefix"
            hint="What the keys begin with, such as shop:sess: (no pattern)."
            className="font-mono"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={500}
            required
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        ) : null}
        {prefix === null && places.length > 1 ? (
          <Choice
            id={ids.database}
            label={redis === null ? 'Database' : 'Redis'}
            value={String(places.findIndex((one) => isSamePlace(one, where)))}
            onChange={(value) => setWhere(places[Number(value)] ?? where)}
          >
            {places.map((one, index) => (
              <option key={`${one.redis} ${one.database}`} value={index}>
                {sayPlace(one)}
              </option>
            ))}
          </Choice>
        ) : null}
        <Choice id={ids.format} label="Read as" value={as} onChange={setAs}>
          <option value="">whatever each key has</option>
          {formats.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </Choice>
      </form>
    </Dialog>
  )
}

function sayPlace({ redis, database }: Place): string {
  if (redis === null) return String(database)
  return database === 0 ? visibleString(redis) : `${visibleString(redis)}, database ${database}`
}

type ChoiceProps = { id: string; label: string; value: string; onChange: (value: string) => void; children: ReactNode }

function Choice({ id, label, value, onChange, children }: ChoiceProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <select id={id} className={inputClass} value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  )
}
