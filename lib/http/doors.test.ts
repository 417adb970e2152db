import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { leastRoleOf } from '@/lib/admin/roles'
import { claimsOf } from './claims'
import { createDoor } from './door'

const root = new URL('../..', import.meta.url).pathname
const app = join(root, 'app')
const files = readdirSync(app, { recursive: true, encoding: 'utf8' })
const routeFiles = files.filter((file) => /(^|\/)route\.[cm]?[jt]sx?$/.test(file))
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Calls that ask for no role and are not open: whoever is signed in may ask who they are and what there is to call. */
const forAnyRole = ['GET /api/me', 'GET /api/openapi.json']
const open = [
  'DELETE /api/demo',
  'DELETE /api/login',
  'GET /api/demo',
  'GET /api/login/openid',
  'GET /api/login/openid/callback',
  'GET /healthz',
  'GET /metrics',
  'GET /readyz',
  'POST /api/demo',
  'POST /api/login',
  'POST /api/login/proxy',
  'PUT /api/demo',
]

/** The GETs that do more than look, and from where a browser may come to them; no others are. */
const arrivals = ['GET /api/login/openid/callback: anywhere', 'GET /api/login/openid: own']

/** What is wrong with the doors of one route: a method that no door answers, or that answers by another one. */
function faultsOf(module: Record<string, unknown>): string[] {
  return methods.flatMap((method) => {
    const handler = module[method]
    if (typeof handler !== 'function') return [`${method} is left to the framework`]
    return claimsOf(handler) === null ? [`${method} has no door`] : handler === module.GET ? [] : [`${method} differs`]
  })
}

const answerAnybody = () => new Response('Alice')

describe('every route', () => {
  test('has one door for all of its methods, and nothing but open calls and two others is without a role', async () => {
    const found: Record<'open' | 'forAnyRole' | 'arrivals', string[]> = { open: [], forAnyRole: [], arrivals: [] }
    for (const file of routeFiles) {
      const module = await import(join(app, file))
      expect(faultsOf(module), file).toEqual([])
      const path = `/${file}`.replace(/\/route\.ts$/, '')
      for (const [method, claim] of Object.entries(claimsOf(module.GET) ?? {})) {
        if (claim.arrival) found.arrivals.push(`${method} ${path}: ${claim.arrival}`)
        if (claim.open) found.open.push(`${method} ${path}`)
        else if (claim.deed === undefined) found.forAnyRole.push(`${method} ${path}`)
        // A deed that the roles do not know would not compile; one that they know has a least role.
        else expect(leastRoleOf(claim.deed as Parameters<typeof leastRoleOf>[0]), file).toBeTruthy()
      }
    }
    expect(routeFiles.length).toBeGreaterThan(25)
    expect(found.open.sort()).toEqual(open)
    expect(found.forAnyRole.sort()).toEqual(forAnyRole)
    expect(found.arrivals.sort()).toEqual(arrivals)
  }, 60_000)

  test('without a door, or with a second one, is found', () => {
    const route = createDoor(() => {
      throw new Error('No request is made here')
    })
    expect(faultsOf(route({}))).toEqual([])
    expect(faultsOf({ ...route({}), POST: answerAnybody })).toEqual(['POST has no door'])
    expect(faultsOf({ ...route({}), PUT: route({}).PUT })).toEqual(['PUT differs'])
    const { PATCH: _patch, ...rest } = route({})
    expect(faultsOf(rest)).toEqual(['PATCH is left to the framework'])
  })
})

/** Ways in that Next has and that this project does without: each had a hole of its own. */
const waysIn: Record<string, RegExp> = {
  'server actions': /['"]use server['"]/,
  'a cache of answers': /['"]use cache['"]|unstable_cache|\bcacheLife\b|export const revalidate\b/,
  'the edge runtime': /runtime\s*=\s*['"](edge|experimental-edge)['"]/,
  rewrites: /\b(rewrites|redirects)\s*[(:]|NextResponse\.rewrite/,
  'the image optimizer': /from ['"]next\/image['"]/,
  'HTML made of text': /dangerouslySetInnerHTML|\b(inner|outer)HTML\b|insertAdjacentHTML|document\.write/,
}
const waysInOf = (text: string) =>
  Object.entries(waysIn)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name)

describe('ways in that are not there', () => {
  test('no file has a server action, a cache of answers, another runtime, a rewrite or a resized image', () => {
    const read = ['app', 'components', 'lib'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !/\.test\.ts$/.test(file))
        .map((file) => join(root, folder, file)),
    )
    const all = [...read, join(root, 'proxy.ts'), join(root, 'next.config.js')]
    expect(all.length).toBeGreaterThan(300)
    for (const file of all) {
      // A constant of that file: it sets the theme before anything is painted.
      const known = file === join(app, 'layout.tsx') ? ['HTML made of text'] : []
      expect(waysInOf(readFileSync(file, 'utf8')), file).toEqual(known)
    }
    const top = readdirSync(root)
    for (const name of ['pages', 'src', 'middleware.ts', 'middleware.js']) expect(top).not.toContain(name)
    // Parallel and intercepting routes, which are found under another address than their folder's.
    expect(files.filter((file) => /(^|\/)(@|\(\.)/.test(file))).toEqual([])
  })

  test('each of them would be found', () => {
    expect(waysInOf(`'use server'\nexport async function end() {}`)).toEqual(['server actions'])
    expect(waysInOf(`'use cache'`)).toEqual(['a cache of answers'])
    expect(waysInOf(`export const revalidate = 60`)).toEqual(['a cache of answers'])
    expect(waysInOf(`export const runtime = 'edge'`)).toEqual(['the edge runtime'])
    expect(waysInOf(`async rewrites() {}`)).toEqual(['rewrites'])
    expect(waysInOf(`import Image from 'next/image'`)).toEqual(['the image optimizer'])
    expect(waysInOf(`node.innerHTML = name`)).toEqual(['HTML made of text'])
  })
})
