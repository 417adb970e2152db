import { goldensOf, testConformance } from './conformance'
import { koaGenericSession } from './koa-generic-session'

testConformance(koaGenericSession, goldensOf('koa-generic-session'))
