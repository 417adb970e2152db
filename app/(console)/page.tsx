import { redirect } from 'next/navigation'

/** There is no overview yet. */
export default function HomePage(): never {
  redirect('/sessions')
}
