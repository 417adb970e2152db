import { root } from '../parts/environment.mjs'

/** Gives the decoders of all formats, or of these, so many bent values; tells each, and answers how many failed and passed. */
export async function fuzz({ cases, seed, names }) {
  const { startVitest } = await import('vitest/node')
  const which = names.length > 0 ? `^(?:${names.join('|')}) conforms ` : ''
  const total = { failed: 0, passed: 0 }
  const vitest = await startVitest('test', ['lib/formats/'], {
    ...{
      root,
      project: ['unit'],
      watch: false,
      testNamePattern: `${which}.*fuzzed: `,
      provide: { fuzz: { cases, seed } },
    },
    reporters: [
      {
        onTestCaseResult(test) {
          const { state, errors } = test.result()
          if (state === 'skipped') return
          total[state === 'passed' ? 'passed' : 'failed'] += 1
          const took = (test.diagnostic()?.duration ?? 0) / 1000
          const perSecond = Math.round(cases / Math.max(took, 0.001))
          console.log(`${state}: ${test.parent.name}: ${took.toFixed(1)} s, ${perSecond} a second`)
          for (const { message } of errors ?? []) console.error(message)
        },
      },
    ],
  })
  const broken = vitest.state.getTestModules().flatMap((module) => [...module.errors()])
  for (const { message } of [...broken, ...vitest.state.getUnhandledErrors()]) {
    total.failed += 1
    console.error(message)
  }
  await vitest.close()
  return total
}
