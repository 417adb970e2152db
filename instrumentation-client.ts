import * as z from 'zod/mini'

// The policy forbids `new Function`; said before any schema is made.
z.config({ jitless: true })
