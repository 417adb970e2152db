'use client'

import { useRouter } from 'next/navigation'
import { sayBytes, sayCount, sayMany } from '@/components/ui/words'
import type { Overview } from '@/lib/contract/overview'
import { Bars, Chart } from './chart'

/** When the sessions of now will end, and how large they are. A bar leads to its sessions. */
export function ShapeCharts({ horizon, sizes }: Pick<Overview, 'horizon' | 'sizes'>) {
  const router = useRouter()
  const { from, stepMs, counts, later, never } = horizon
  const within = counts.reduce((sum, count) => sum + count, 0)
  const startOf = (index: number) => from + index * stepMs
  return (
    <>
      <div className="min-w-0 rounded-lg border bg-raised p-4">
        <Chart
          title="When they end"
          summary={`${sayCount(within)} within 24 h, ${sayCount(later)} later, ${sayCount(never)} never`}
          points={counts.map((count, index) => ({
            label: `${count === 1 ? 'ends' : 'end'} ${sayQuarter(startOf(index), stepMs)}`,
            value: sayMany(count, 'session'),
          }))}
          open={(index) =>
            router.push(
              `/sessions?expiresAfter=${startOf(index) - 1}&expiresBefore=${startOf(index + 1)}&sort=expiresAt&order=asc`,
            )
          }
        >
          {(current) => (
            <Bars
              bars={counts.map((count, index) => ({
                name: String(startOf(index)),
                segments: [{ value: count, className: index === 0 ? 'bg-expiring' : 'bg-accent' }],
              }))}
              current={current}
            />
          )}
        </Chart>
      </div>
      <div className="min-w-0 rounded-lg border bg-raised p-4">
        <Chart
          title="Payload sizes"
          summary={saySizes(sizes)}
          points={sizes.map((range) => ({ label: sayRange(range), value: sayMany(range.count, 'session') }))}
          open={(index) => {
            const range = sizes[index]
            if (range === undefined) return
            const most = range.toBytes === null ? '' : `&maxSizeBytes=${range.toBytes - 1}`
            router.push(`/sessions?minSizeBytes=${range.fromBytes}${most}&sort=sizeBytes&order=desc`)
          }}
        >
          {(current) => (
            <Bars
              bars={sizes.map(({ fromBytes, count }) => ({
                name: String(fromBytes),
                segments: [
                  {
                    value: count,
                    className: fromBytes >= 65_536 ? 'bg-danger' : fromBytes >= 4096 ? 'bg-expiring' : 'bg-accent',
                  },
                ],
              }))}
              current={current}
            />
          )}
        </Chart>
      </div>
    </>
  )
}

function sayQuarter(at: number, stepMs: number): string {
  const clock = (time: number) => new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const isToday = new Date(at).toDateString() === new Date().toDateString()
  return `${isToday ? '' : 'tomorrow '}${clock(at)} to ${clock(at + stepMs)}`
}

function sayRange({ fromBytes, toBytes }: Overview['sizes'][number]): string {
  if (toBytes === null) return `of ${sayBytes(fromBytes)} and more`
  return `of ${sayBytes(fromBytes)} to ${sayBytes(toBytes)}`
}

function saySizes(sizes: Overview['sizes']): string {
  const over = sizes.reduce((sum, { fromBytes, count }) => sum + (fromBytes >= 4096 ? count : 0), 0)
  return over === 0 ? 'None over 4 KB' : `${sayCount(over)} of 4 KB and more`
}
