import type { Metered } from '@/lib/meter'

export type Labels = Record<string, string>
export type Sample = { labels?: Labels; value: number }
type Kind = 'gauge' | 'counter'

/** The content type of the text format, version 0.0.4. */
export const textType = 'text/plain; version=0.0.4; charset=utf-8'

/** One metric with all its samples; nothing where there is none. */
export function write(name: string, kind: Kind, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  return `${head(name, kind, help)}${samples.map(({ labels, value }) => line(name, labels ?? {}, value)).join('')}`
}

/** Durations that were counted in milliseconds, as a histogram of seconds. `labels`: what the names of each set are called; `fixed`: labels beside them. */
export function writeHistogram(
  name: string,
  help: string,
  labels: readonly string[],
  sets: readonly { fixed?: Labels; set: Metered }[],
): string {
  if (sets.length === 0) return ''
  const lines = sets.map(({ fixed, set }) => {
    const own = { ...fixed, ...named(labels, set.names) }
    const buckets = set.buckets.map(({ uptoMs, count }) =>
      line(`${name}_bucket`, { ...own, le: String(uptoMs / 1000) }, count),
    )
    const all = line(`${name}_bucket`, { ...own, le: '+Inf' }, set.count)
    return `${buckets.join('')}${all}${line(`${name}_sum`, own, set.sumMs / 1000)}${line(`${name}_count`, own, set.count)}`
  })
  return `${head(name, 'histogram', help)}${lines.join('')}`
}

/** Names by what they are called. */
export function named(labels: readonly string[], names: readonly string[]): Labels {
  return Object.fromEntries(labels.map((label, at) => [label, names[at] ?? '']))
}

function head(name: string, kind: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`
}

function line(name: string, labels: Labels, value: number): string {
  const said = Object.entries(labels).map(([label, text]) => `${label}="${escapeText(text)}"`)
  return `${name}${said.length > 0 ? `{${said.join(',')}}` : ''} ${value}\n`
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
