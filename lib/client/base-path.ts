/** The address of one of our own paths as the browser must ask for it: behind a reverse proxy everything lives under BASE_PATH. */
export function withBasePath(path: string): string {
  return `${process.env.NEXT_PUBLIC_BASE_PATH ?? ''}${path}`
}
