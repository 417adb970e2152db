/**
 * How well `typed` names `label`, higher is better; null: not at all. Every word typed must stand in the label at the beginning of a word, inside one, or as
 * letters in their order. Pure.
 */
export function matchScore(label: string, typed: string): number | null {
  const text = label.toLowerCase()
  let score = 0
  for (const word of typed.toLowerCase().split(/\s+/)) {
    if (word === '') continue
    const one = scoreWord(text, word)
    if (one === null) return null
    score += one
  }
  return score
}

function scoreWord(text: string, word: string): number | null {
  const at = text.indexOf(word)
  if (at === 0) return 4
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? 2 : 3
  let from = 0
  for (const letter of word) {
    const found = text.indexOf(letter, from)
    if (found < 0) return null
    from = found + 1
  }
  return 1
}
