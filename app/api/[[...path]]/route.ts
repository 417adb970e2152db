import { route } from '@/lib/http/route'

/** Every path under `/api` that no other route answers: 404 for whoever is signed in. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({})
