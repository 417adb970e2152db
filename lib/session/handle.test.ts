import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHandles } from './handle'

const handles = createHandles(Buffer.from('a secret of any length'))
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array))

test('any source and any key come back byte for byte, and the same pair has the same handle', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), bytes, (source, key) => {
      const handle = handles.seal(source, key)
      expect(handle).toMatch(/^[\w-]+$/)
      expect(handles.open(handle)).toEqual({ source, key })
      expect(handles.seal(source, key)).toBe(handle)
    }),
  )
})

test('two different pairs never share a handle, also where their bytes run together', () => {
  expect(handles.seal('ab', Buffer.from('c'))).not.toBe(handles.seal('a', Buffer.from('bc')))
})

test('a handle shows nothing of the key', () => {
  const handle = handles.seal('s', Buffer.from('session:abc123'))
  expect(Buffer.from(handle, 'base64url').toString('latin1')).not.toContain('abc')
})

test('any person comes back letter for letter, by a handle that shows nothing of them and is no key’s', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 1 }), (principal, source) => {
      const handle = handles.sealPerson(principal)
      expect(handle).toMatch(/^[\w-]+$/)
      expect(handles.openPerson(handle)).toBe(principal)
      expect(handles.sealPerson(principal)).toBe(handle)
      expect(handles.openPerson(handles.seal(source, Buffer.from(principal)))).toBeNull()
    }),
  )
  expect(handles.openPerson(handles.sealPerson('\ud800'))).toBe('\ud800')
  expect(handles.openPerson('alice')).toBeNull()
  const bytes = Buffer.from(handles.sealPerson('alice@example.com'), 'base64url')
  expect(bytes.toString('utf16le') + bytes.toString('latin1')).not.toContain('alice')
})

test('junk of any kind is null and never throws', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => handles.open(text) === null))
  for (const text of ['', '=', 'AAAA', 'A'.repeat(22), '\u0000', '💥', '../..']) expect(handles.open(text)).toBeNull()
})

test('a megabyte of junk costs nothing', () => {
  const junk = 'A'.repeat(1_000_000)
  const startedAt = performance.now()
  for (let round = 0; round < 1_000; round++) expect(handles.open(junk)).toBeNull()
  expect(performance.now() - startedAt).toBeLessThan(500)
})

test('another secret opens nothing', () => {
  const other = createHandles(randomBytes(32))
  expect(other.open(handles.seal('s', Buffer.from('session:abc123')))).toBeNull()
})

test('one changed character is null, wherever it stands, the unused bits of the last included', () => {
  for (const key of ['session:abc123', 'session:abc1234', 'session:abc12345']) {
    const handle = handles.seal('s', Buffer.from(key))
    for (let at = 0; at < handle.length; at++) {
      for (const letter of ['A', 'B', 'Q', '_', '=', ' ']) {
        if (handle[at] === letter) continue
        expect(handles.open(handle.slice(0, at) + letter + handle.slice(at + 1))).toBeNull()
      }
    }
    for (const variant of [`${handle}=`, ` ${handle}`, `${handle}\n`, handle.slice(0, -1)]) {
      expect(handles.open(variant)).toBeNull()
    }
  }
})

test('a block comes back byte for byte, shows nothing of itself, and neither another secret nor a changed byte opens it', () => {
  const block = Buffer.from('sess:abc123 of alice')
  const sealed = handles.sealBlock(block)
  expect(handles.openBlock(sealed)).toEqual(block)
  expect(sealed.toString('latin1')).not.toContain('abc')
  expect(handles.sealBlock(block)).not.toEqual(sealed)
  expect(createHandles(randomBytes(32)).openBlock(sealed)).toBeNull()
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    expect(handles.openBlock(changed)).toBeNull()
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(handles.openBlock(sealed.subarray(0, length))).toBeNull()
  }
})

test('an empty secret is refused', () => {
  expect(() => createHandles(Buffer.alloc(0))).toThrow(RangeError)
})

test('a secret of somebody opens for them alone, with this secret alone, and whole alone', () => {
  const sealed = createHandles(Buffer.from('one secret of the deployment')).sealSecret('JBSWY3DP', 'olga')
  const { sealSecret, openSecret, openBlock } = createHandles(Buffer.from('one secret of the deployment'))
  expect(openSecret(sealed, 'olga')).toBe('JBSWY3DP')
  expect(sealSecret('JBSWY3DP', 'olga')).not.toBe(sealed)
  expect(openSecret(sealed, 'vera')).toBeNull()
  expect(openSecret(`${sealed.slice(0, -2)}AA`, 'olga')).toBeNull()
  expect(openSecret('', 'olga')).toBeNull()
  expect(openBlock(Buffer.from(sealed, 'base64url'))).toBeNull()
  expect(createHandles(Buffer.from('another secret altogether')).openSecret(sealed, 'olga')).toBeNull()
})
