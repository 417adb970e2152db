/** The classes of a plain table's cells, with the page's margin at both ends. */
export const headClass =
  'border-b px-2 py-2 text-left text-xs font-medium text-faint first:pl-4 last:pr-4 md:first:pl-6 md:last:pr-6'
export const cellClass = 'border-b px-2 py-1.5 align-middle first:pl-4 last:pr-4 md:first:pl-6 md:last:pr-6'
