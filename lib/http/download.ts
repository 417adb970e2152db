/** A cell that a spreadsheet would take for a formula gets an apostrophe in front; quotes are doubled. */
export function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value !== 'number' ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows as CSV (RFC 4180) or as one JSON array, sent as they come. A failure on the way cuts the transfer short, so that nobody takes a part for the whole. */
export function download<T extends Record<string, string | number | null>>(
  rows: AsyncIterable<T>,
  { name, format, columns }: { name: string; format: 'csv' | 'json'; columns: (keyof T & string)[] },
): Response {
  const encoder = new TextEncoder()
  async function* write() {
    let count = 0
    yield format === 'csv' ? `${columns.join(',')}\r\n` : '['
    for await (const row of rows) {
      if (format === 'csv') yield `${columns.map((column) => csvCell(row[column] ?? null)).join(',')}\r\n`
      else yield `${count === 0 ? '' : ','}\n${JSON.stringify(row)}`
      count += 1
    }
    if (format === 'json') yield '\n]\n'
  }
  const parts = write()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: () => void parts.return(undefined),
  })
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json'
  return new Response(body, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}.${format}"` },
  })
}
