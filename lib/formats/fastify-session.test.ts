import { goldensOf, testConformance } from './conformance'
import { fastifySession } from './fastify-session'

testConformance(fastifySession, goldensOf('fastify-session'))
