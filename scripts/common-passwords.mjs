import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

/** So many of the most common ones are kept, and beside them every one that is long enough to be a password here. */
const most = 6000
const leastLetters = 4
const longEnough = 15
const digestBytes = 6
const target = new URL('../lib/common-passwords.mjs', import.meta.url)

/**
 * `node scripts/common-passwords.mjs passwords.json`: writes `lib/common-passwords.mjs`. The source is `src/passwords.json` of the package @zxcvbn-ts/language-common 4.1.3 (MIT): passwords of public leaks,
 * the most common first. Of each its letters alone are kept, small, as the first bytes of a SHA-256: what the list holds is no reading for everybody.
 */
const listed = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const long = listed.filter((password) => [...password].length >= longEnough)
const stems = new Set()
for (const password of listed) {
  const letters = password.toLowerCase().replace(/[^\p{L}]+/gu, '')
  if (letters.length >= leastLetters && stems.size < most) stems.add(letters)
}
const digestOf = (text) => createHash('sha256').update(text).digest().subarray(0, digestBytes)
const kept = [...new Set([...stems, ...long.map((password) => password.toLowerCase())])]
const bytes = Buffer.concat(kept.map(digestOf).sort(Buffer.compare))
const text = `/**
 * ${kept.length} common passwords, each the first ${digestBytes} bytes of a SHA-256. Made by scripts/common-passwords.mjs, which says of what; do not edit.
 */
export const digestBytes = ${digestBytes}
export const commonPasswords =
  '${bytes.toString('base64')}'
`
writeFileSync(target, text)
console.log(`${kept.length} passwords, ${long.length} of them long ones, ${text.length} bytes`)
