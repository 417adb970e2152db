/** Starts the runtime at boot, before the first request, and has every request looked at first. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { boot } = await import('@/lib/runtime/boot')
  const { getDrain } = await import('@/lib/http/drain')
  const { takeFirstLook } = await import('@/lib/http/first-look')
  takeFirstLook(boot(() => getDrain().end()))
}
