import { goldensOf, testConformance } from './conformance'
import { starsessions } from './starsessions'

testConformance(starsessions, goldensOf('starsessions'))
