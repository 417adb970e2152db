import { root } from '../parts/environment.mjs'

/** Runs these files of a project of vitest, one after another, and gathers the rows that they tell, each with the `part` it is of; `save` is given them after each test, so that a run that is stopped keeps what it has. Answers how many of them failed, too. */
export async function measureFiles({ project, files, provide, partOf, save }) {
  const { startVitest } = await import('vitest/node')
  const rows = []
  let failed = 0
  const vitest = await startVitest('test', files, {
    ...{ root, project: [project], watch: false, fileParallelism: false, provide },
    reporters: [
      {
        onTestCaseResult(test) {
          const part = partOf(test.module.moduleId)
          const { state, errors } = test.result()
          console.log(`${part}: ${test.name}: ${Math.round((test.diagnostic()?.duration ?? 0) / 1000)} s`)
          if (state !== 'passed') failed += 1
          for (const { message } of errors ?? []) console.error(message)
          rows.push(...(test.meta().rows ?? []).map((row) => ({ part, ...row })))
          save(rows)
        },
      },
    ],
  })
  const broken = vitest.state
    .getTestModules()
    .flatMap((module) => [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())])
  for (const { message } of [...broken, ...vitest.state.getUnhandledErrors()]) {
    failed += 1
    console.error(message)
  }
  await vitest.close()
  return { rows, failed }
}
