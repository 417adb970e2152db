import { describe, expect, test } from 'vitest'
import { commonPasswords, digestBytes } from './common-passwords.mjs'
import { findPasswordFault, normalizePassword } from './password-rules.mjs'

const words = ['rollcall', 'olga', 'sessions.example.com']

describe('findPasswordFault', () => {
  test.each([
    'correct horse battery staple',
    'correct horse battery olga',
    'maple tuba ladder fog',
    'xk93-pq7z-mm2v-aa81',
    'vqzjxkwypmfhgtd',
    'пароль которого никто не знает',
    '七つの海を渡る船の名前は誰も知らない',
    '🔑🌵🪁🎻🧭🪵🧶🪐🦔🫐🧄🪺🪩🛞🫙',
    'tabs\tand\u0000zero bytes too',
    `${'ä'.normalize('NFD').repeat(3)} bitte ein Bier mehr`,
    `a1b2 ${'long words of mine '.repeat(40)}`,
    `${'maple tuba ladder fog '.repeat(46)}and twelve..`,
    'olga likes seven violet ladders',
    '               x y z w v',
  ])('%j is taken', (password) => {
    expect(findPasswordFault(password, words)).toBeNull()
  })

  test.each([
    ['', 'at least 15'],
    ['short', 'at least 15'],
    ['fourteen chars', 'at least 15'],
    // Fifteen as typed, fourteen letters.
    [`${'e\u0301'}bcdefghijkmno`, 'at least 15'],
    ['🔑🌵🪁🎻🧭🪵🧶', 'at least 15'],
    ['maple tuba ladder fog '.repeat(47).slice(0, 1025), 'at most 1,024 bytes'],
    ['ä'.repeat(400) + 'maple tuba ladder fog'.repeat(20), 'at most 1,024 bytes'],
    ['aaaaaaaaaaaaaaa', 'repeats'],
    ['               ', 'repeats'],
    ['\u0000'.repeat(20), 'repeats'],
    ['abcabcabcabcabcabc', 'repeats'],
    ['hello hello hello hello', 'repeats'],
    ['Ab1!xAb1!xAb1!xA', 'repeats'],
    ['123456789012345', 'keyboard'],
    ['987654321098765', 'keyboard'],
    ['abcdefghijklmnop', 'keyboard'],
    ['qwertyuiopasdfgh', 'keyboard'],
    ['QWERTYUIOPasdfghjkl', 'keyboard'],
    ['1qaz2wsx3edc4rfv', 'keyboard'],
    ['q1w2e3r4t5y6u7i8', 'made of'],
    ['1q2w3e4r5t6y7u8i9o', 'keyboard'],
    ['qwertzuiop123456', 'keyboard'],
    ['azertyuiopqsdfghjklm', 'keyboard'],
    ['passwordpassword', 'made of'],
    ['Password12345678', 'made of'],
    ['P@ssw0rdP@ssw0rd', 'made of'],
    ['iloveyou iloveyou', 'made of'],
    ['sunshine-butterfly', 'made of'],
    ['Monkey!!!Dragon!!!', 'made of'],
    ['superman20251225', 'made of'],
    ['1234password4321', 'made of'],
    ['passw0rd!!!!!!!!!!', 'made of'],
    ['rollcallrollcall', 'made of'],
    ['RollcallPassword1', 'made of'],
    ['rollcall-olga-2026', 'made of'],
    ['olgaolgaolgaolga', 'repeats'],
    ['sessionsexamplecom', 'made of'],
    ['letmein-rollcall!!', 'made of'],
    ['ｐａｓｓｗｏｒｄ12345678', 'made of'],
  ])('%j is refused: %s', (password, why) => {
    expect(findPasswordFault(password, words)).toContain(why)
  })

  test('costs little, also for what is as long as may be sent', () => {
    const long = 'aB3$ é'.repeat(12_000)
    const from = process.cpuUsage()
    for (let time = 0; time < 20; time += 1) findPasswordFault(long, words)
    for (let time = 0; time < 20; time += 1) findPasswordFault('monkey'.repeat(13), words)
    expect(process.cpuUsage(from).user / 40).toBeLessThan(20_000)
  })
})

test('the list has some six thousand entries', () => {
  expect(Buffer.from(commonPasswords, 'base64').length / digestBytes).toBeGreaterThan(6000)
})

test('a letter of two marks and its one-mark twin are one password', () => {
  expect(normalizePassword('pa\u0308ssword')).toBe('p\u00e4ssword')
})
