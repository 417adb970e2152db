import { expect, test } from 'vitest'
import { visiblePieces, visibleString } from './visible-text'

test.each([
  ['a direction override', 'Al\u202eice', 'Al‹U+202E›ice'],
  ['a zero-width space', 'Ali\u200bce', 'Ali‹U+200B›ce'],
  ['a control character', '\u0000Alice\u001b', '‹U+0000›Alice‹U+001B›'],
  ['a line separator', 'A\u2028B', 'A‹U+2028›B'],
  ['a tag character', 'A\u{e0041}B', 'A‹U+E0041›B'],
  ['a soft hyphen', 'A\u00adB', 'A‹U+00AD›B'],
])('%s is made visible', (_what, text, visible) => {
  expect(visibleString(text)).toBe(visible)
})

test.each(['Alice', 'Zoë Ångström', 'محمد', '山田太郎', 'Ο’Σ', ''])('ordinary text stays as it is: %s', (text) => {
  expect(visibleString(text)).toBe(text)
  expect(visiblePieces(text).some((piece) => piece.isInvisible)).toBe(false)
})
