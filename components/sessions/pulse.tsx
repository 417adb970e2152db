'use client'

import { useEffect, useRef, useState } from 'react'
import { Hint } from '@/components/ui/tooltip'
import { sayCount } from '@/components/ui/words'

const width = 120
const height = 28
const seconds = 60

/** The count over the last minute, one point a second, as a small line: dotted where this page was not yet looking. */
export function Pulse({ count }: { count: number }) {
  const [points, setPoints] = useState([count])
  const latest = useRef(count)
  latest.current = count
  useEffect(() => {
    const timer = setInterval(() => setPoints((last) => [...last, latest.current].slice(-seconds)), 1000)
    return () => clearInterval(timer)
  }, [])
  const low = Math.min(...points)
  const high = Math.max(...points)
  const range = Math.max(high - low, Math.max(4, high * 0.01))
  const middle = (high + low) / 2
  const line = points.map((value, index) => {
    const x = width - (points.length - 1 - index) * (width / (seconds - 1))
    const y = height / 2 - ((value - middle) / range) * (height - 6)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const span = points.length < seconds ? `the last ${points.length} s, since this page was opened` : 'the last minute'
  const said = () => `The count over ${span}: ${low === high ? sayCount(low) : `${sayCount(low)} to ${sayCount(high)}`}`
  return (
    <Hint text={said}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="h-7 w-20 shrink-0 sm:w-30"
        role="img"
        aria-label="The count over the last minute, from the moment this page was opened"
      >
        <line x1="0" x2={width} y1={height / 2} y2={height / 2} className="stroke-line" strokeDasharray="2 3" />
        <polyline
          points={line.join(' ')}
          fill="none"
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeLinecap="round"
          className="stroke-live"
        />
        <circle cx={width - 2} cy={line.at(-1)?.split(',')[1] ?? 0} r="2" className="fill-live" />
      </svg>
    </Hint>
  )
}
