import { z } from 'zod'

// The policy forbids `new Function`; said before any schema is made.
z.config({ jitless: true })
