import { goldensOf, testConformance } from './conformance'
import { yar } from './yar'

testConformance(yar, goldensOf('yar'))
