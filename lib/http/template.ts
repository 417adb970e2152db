import { operations } from '@/lib/contract/operations'

/** The paths of all operations, those without a name in them first: `search` is no handle. */
const templates = [...new Set(Object.keys(operations).map((key) => key.split(' ')[1] ?? ''))]
  .map((path) => ({ path, parts: path.split('/') }))
  .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))

/** Which operation's path this is, as it stands in the list of operations; `other` for everything else. What was asked for is never in the answer. */
export function templateOf(pathname: string): string {
  const parts = pathname.split('/')
  const found = templates.find(
    (one) =>
      one.parts.length === parts.length && one.parts.every((part, at) => part.startsWith('{') || part === parts[at]),
  )
  return found?.path ?? 'other'
}
