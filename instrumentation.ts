/** Starts the runtime at boot, before the first request. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { boot } = await import('@/lib/runtime/boot')
  boot()
}
