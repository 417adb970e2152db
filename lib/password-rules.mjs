import { createHash } from 'node:crypto'
import { commonPasswords, digestBytes } from './common-passwords.mjs'

export const leastCharacters = 15
export const mostBytes = 1024

/** What fingers do without thinking: rows of keyboards, zigzags over them, the alphabet and the figures. */
const walks = [
  'qwertyuiop[]',
  'asdfghjkl;',
  'zxcvbnm,./',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  '12345678901234567890',
  'abcdefghijklmnopqrstuvwxyzabc',
].flatMap((row) => [row, [...row].reverse().join('')])
const leastWalk = 3
/** Signs that stand for letters. */
const signs = { '@': 'a', 4: 'a', 3: 'e', 1: 'i', '!': 'i', 0: 'o', $: 's', 5: 's', 7: 't' }
const mostLetters = 80

let digests

export function normalizePassword(password) {
  return password.normalize('NFC')
}

export function findPasswordFault(password, words = []) {
  const text = normalizePassword(password)
  if ([...text].length < leastCharacters) return `must have at least ${leastCharacters} characters`
  if (Buffer.byteLength(text) > mostBytes) return `must have at most ${mostBytes.toLocaleString('en')} bytes`
  const plain = text.normalize('NFKC').toLowerCase()
  if (isRepeated(plain)) return 'repeats itself: anybody would try that'
  if (isWalk(plain)) return 'follows the keyboard or the alphabet: anybody would try that'
  const known = words.map((word) => lettersOf(word.normalize('NFKC').toLowerCase())).filter((word) => word.length > 2)
  const spelt = plain.replace(/[@4310!$57]/g, (sign) => signs[sign])
  if (isCommon(plain) || [plain, spelt].some((one) => isMadeOfCommon(lettersOf(one), known))) {
    return 'is made of words that many people use as passwords, or of the names of this place: add words of your own'
  }
  return null
}

const lettersOf = (text) => text.replace(/[^\p{L}]+/gu, '')

/** The same three times and more, however the last time ends. */
function isRepeated(text) {
  const characters = [...text]
  if (new Set(characters).size < 5) return true
  for (let unit = 1; unit <= characters.length / 3; unit += 1) {
    if (characters.every((one, index) => one === characters[index % unit])) return true
  }
  return false
}

/** Taken apart into the longest runs along the rows there is hardly anything else. */
function isWalk(text) {
  let pieces = 0
  for (let from = 0; from < text.length; pieces += 1) {
    let to = from + leastWalk
    if (!isRun(text.slice(from, to))) from += 1
    else {
      while (to < text.length && isRun(text.slice(from, to + 1))) to += 1
      from = to
    }
  }
  return pieces <= text.length / 4
}

const isRun = (piece) => piece.length >= leastWalk && walks.some((row) => row.includes(piece))

/** Without the names of this place it is nothing, or at most two common passwords. */
function isMadeOfCommon(letters, words) {
  let rest = letters
  for (const word of [...words].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '')
  if (rest === '') return letters !== ''
  if (rest.length > mostLetters) return false
  if (isCommon(rest)) return true
  for (let cut = 1; cut < rest.length; cut += 1) {
    if (isCommon(rest.slice(0, cut)) && isCommon(rest.slice(cut))) return true
  }
  return false
}

function isCommon(text) {
  digests ??= readDigests()
  return digests.has(createHash('sha256').update(text).digest().toString('latin1', 0, digestBytes))
}

function readDigests() {
  const bytes = Buffer.from(commonPasswords, 'base64')
  const all = new Set()
  for (let at = 0; at < bytes.length; at += digestBytes) all.add(bytes.toString('latin1', at, at + digestBytes))
  return all
}
