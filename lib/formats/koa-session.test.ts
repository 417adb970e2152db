import { goldensOf, testConformance } from './conformance'
import { koaSession } from './koa-session'

testConformance(koaSession, goldensOf('koa-session'))
