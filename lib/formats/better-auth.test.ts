import { betterAuth } from './better-auth'
import { goldensOf, testConformance } from './conformance'

testConformance(betterAuth, goldensOf('better-auth'))
