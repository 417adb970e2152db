/** For a container's health check: `node is-healthy.mjs /readyz` exits 0 when the server beside it answers that with 200. */
const { PORT = '3000', BASE_PATH = '' } = process.env
const { ok } = await fetch(`http://127.0.0.1:${PORT}${BASE_PATH}${process.argv[2]}`, {
  signal: AbortSignal.timeout(3000),
})
process.exitCode = ok ? 0 : 1
