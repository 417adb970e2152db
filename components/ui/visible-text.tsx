/** Control, zero-width, bidirectional, tag and other characters that can make one name look like another. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

type Piece = { at: number; text: string; isInvisible: boolean }

/** The text in pieces, each invisible character on its own as its code point's name (`U+202E`). Pure. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(invisible)) {
    if (match.index > end) pieces.push({ at: end, text: text.slice(end, match.index), isInvisible: false })
    const point = match[0].codePointAt(0) ?? 0
    pieces.push({ at: match.index, text: `U+${point.toString(16).toUpperCase().padStart(4, '0')}`, isInvisible: true })
    end = match.index + match[0].length
  }
  if (end < text.length) pieces.push({ at: end, text: text.slice(end), isInvisible: false })
  return pieces
}

/** The same as one plain string, for titles and toasts: `Al‹U+202E›ice`. Pure. */
export function visibleString(text: string): string {
  return visiblePieces(text)
    .map((piece) => (piece.isInvisible ? `‹${piece.text}›` : piece.text))
    .join('')
}

/** Text from somebody's data: drawn in its own direction, with what cannot be seen made visible. */
export function VisibleText({ text }: { text: string }) {
  const pieces = visiblePieces(text)
  if (pieces.length === 1 && pieces[0]?.isInvisible === false) return <bdi>{text}</bdi>
  return (
    <bdi>
      {pieces.map((piece) =>
        piece.isInvisible ? (
          <span key={piece.at} className="mx-px rounded-sm bg-danger-soft px-0.5 font-mono text-xs text-danger">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  )
}
