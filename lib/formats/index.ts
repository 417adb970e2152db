import type { RawSession } from '@/lib/session/raw'
import { adonis } from './adonis'
import { aspnetFramework } from './aspnet-framework'
import { aspnetSession } from './aspnet-session'
import { aspnetTicket } from './aspnet-ticket'
import { authelia } from './authelia'
import { authjs } from './authjs'
import { betterAuth } from './better-auth'
import { codeigniter } from './codeigniter'
import { connectRedis } from './connect-redis'
import { django, djangoCachedDb } from './django'
import { expressOpenidConnect } from './express-openid-connect'
import { fastifySession } from './fastify-session'
import { flaskSession } from './flask-session'
import type { SessionFormat } from './format'
import { gitlab } from './gitlab'
import { fiber, gorilla, rbcervilla } from './gorilla'
import { koaGenericSession } from './koa-generic-session'
import { koaSession } from './koa-session'
import { laravel } from './laravel'
import { lucia } from './lucia'
import { magento } from './magento'
import { msgpack } from './msgpack'
import { native } from './native'
import { oauth2Proxy } from './oauth2-proxy'
import { php } from './php'
import { plain } from './plain'
import { rack } from './rack'
import { railsCache } from './rails-cache'
import { redisSessionStore } from './redis-session-store'
import { redissonTomcat } from './redisson-tomcat'
import { scs } from './scs'
import { springSession } from './spring-session'
import { starsessions } from './starsessions'
import { symfony } from './symfony'
import { yar } from './yar'
import { yii } from './yii'

/** Every format, in detection order: the narrowest shape first, the one that takes anything last. */
export const formats: readonly SessionFormat[] = [
  native,
  oauth2Proxy,
  authelia,
  springSession,
  django,
  djangoCachedDb,
  gitlab,
  railsCache,
  redisSessionStore,
  rack,
  expressOpenidConnect,
  fastifySession,
  connectRedis,
  koaGenericSession,
  koaSession,
  yar,
  adonis,
  betterAuth,
  authjs,
  lucia,
  starsessions,
  laravel,
  symfony,
  magento,
  codeigniter,
  yii,
  php,
  aspnetTicket,
  aspnetSession,
  aspnetFramework,
  redissonTomcat,
  scs,
  gorilla,
  rbcervilla,
  fiber,
  flaskSession,
  msgpack,
  plain,
]

/** The format of a value: the first of these that recognises it, else the last resort, which says what it could not read. */
export function formatOf(raw: RawSession, among: readonly SessionFormat[]): SessionFormat {
  return among.find((format) => format.recognises(raw)) ?? among[among.length - 1] ?? plain
}

/** Whether a key, as latin1, is a companion for any of these formats. One after another: a single expression of them all tries each at every letter of the key. */
export function createCompanionTest(among: readonly SessionFormat[]): (key: string) => boolean {
  const tests = among.flatMap(({ companionKeys }) => companionKeys ?? [])
  return (key) => tests.some((test) => test.test(key))
}
