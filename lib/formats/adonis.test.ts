import { adonis } from './adonis'
import { goldensOf, testConformance } from './conformance'

testConformance(adonis, goldensOf('adonis'))
