import { authjs } from './authjs'
import { goldensOf, testConformance } from './conformance'

testConformance(authjs, goldensOf('authjs'))
