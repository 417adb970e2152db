import { route } from '@/lib/http/route'

/** Whether this process can answer. What Redis does is another question: `/readyz`. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: { open: true, run: () => ({ status: 'ok' }) },
})
