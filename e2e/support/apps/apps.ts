import { startAdonis } from './adonis'
import type { StartApp } from './app'
import { startAuthJs } from './auth-js'
import { startBetterAuth } from './better-auth'
import { startExpress, startExpressWithOldStore } from './express'
import { startFastify } from './fastify'
import { startHapi } from './hapi'
import { startKoa, startKoaGeneric } from './koa'
import { startLucia } from './lucia'
import { startPlain } from './plain'

/** Every framework of npm that Rollcall is tried against, by its short name. */
export const apps = {
  express: startExpress,
  'express-old-store': startExpressWithOldStore,
  fastify: startFastify,
  koa: startKoa,
  'koa-generic': startKoaGeneric,
  hapi: startHapi,
  adonis: startAdonis,
  'better-auth': startBetterAuth,
  'auth-js': startAuthJs,
  lucia: startLucia,
  'plain-json': startPlain,
  'plain-hash': (redisUrl, options) => startPlain(redisUrl, { ...options, layout: 'hash' }),
} satisfies Record<string, StartApp>
