import { goldensOf, testConformance } from './conformance'
import { lucia } from './lucia'

testConformance(lucia, goldensOf('lucia'))
