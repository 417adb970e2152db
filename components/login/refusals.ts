import type { SignInRefusal } from '@/lib/contract/login'

type Words = { title: string; detail: string }

const words: Record<SignInRefusal, Words> = {
  'no-answer': { title: 'The sign-in service does not answer', detail: 'Try again in a moment.' },
  'unknown-client': {
    title: 'The sign-in service does not accept this console',
    detail: 'Its settings for Rollcall and ours do not fit: tell whoever runs this console.',
  },
  'not-begun': {
    title: 'That sign-in was not begun here',
    detail: 'It began in another browser or too long ago. Begin again.',
  },
  used: { title: 'That sign-in was used already', detail: 'Each one counts once. Begin again.' },
  cancelled: { title: 'The sign-in service did not sign you in', detail: 'It was cancelled or refused there.' },
  'not-believed': {
    title: 'The answer of the sign-in service was not believed',
    detail: 'Nobody was signed in. The audit says what was wrong with it.',
  },
  'no-role': {
    title: 'You have no role here',
    detail: 'Your account was recognised, but none of its groups may use this console. Ask whoever runs it.',
  },
  'no-name': {
    title: 'The sign-in service did not say who you are',
    detail: 'It gave no name. Tell whoever runs this console.',
  },
  'not-fresh': {
    title: 'You were not asked for your password',
    detail: 'The sign-in service did not ask again, so it does not count. You are signed in as before.',
  },
  'too-many': { title: 'Too many attempts', detail: 'Wait a minute, then begin again.' },
  closed: { title: 'Redis does not answer', detail: 'Signing in needs it too. Try again when it is back.' },
}

/** What the sign-in page says of a refusal, as the address names it; null: it names none. */
export function wordsOfRefusal(named: unknown): Words | null {
  // Only own names: the address may say anything.
  return typeof named === 'string' && Object.hasOwn(words, named) ? words[named as SignInRefusal] : null
}
