import { json } from '@/lib/http/answer'
import { makeDocument } from '@/lib/http/openapi'
import { route } from '@/lib/http/route'
import { getRuntime } from '@/lib/runtime'
import { version } from '@/package.json'

/** The interface in OpenAPI 3.1, for whoever is signed in. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = route({
  GET: { run: () => json(makeDocument({ version, basePath: getRuntime().settings.basePath })) },
})
