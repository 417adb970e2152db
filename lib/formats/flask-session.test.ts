import { goldensOf, testConformance } from './conformance'
import { flaskSession } from './flask-session'

testConformance(flaskSession, goldensOf('flask-session'))
