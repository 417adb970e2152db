/**
 * The figures that a release is to show, each with what gives it: rows of `npm run prove` by the requirement or by the part that told them, or a test of `npm test`. What has neither is not measured.
 */
export const goals = [
  { figure: 'Who may do what, with and without the proxy', target: 'all, the same', test: 'e2e/doors.spec.ts' },
  { figure: 'Ways around the framework that tell anything', target: '0 of ≥ 40', test: 'e2e/doors.spec.ts' },
  { figure: 'Canary ids in any output', target: '0 of ≥ 1,000 × 6', test: 'e2e/leak.spec.ts' },
  {
    figure: 'Secrets in payloads that a viewer sees',
    target: '0 of 200 in each format',
    test: 'mask.test.ts, expected-secrets.test.ts',
  },
  { figure: 'Keys of Redis that sign in as a cookie of the store library', target: '0', test: 'store.redis.test.ts' },
  {
    figure: 'Revoked sessions alive after 2 s under 8 writers; how long they were',
    target: '0 of 10,000; < 50 ms, p99 < 250 ms',
    parts: ['guard/storm'],
  },
  { figure: 'The same with the store library and no console', target: '0 of 10,000', parts: ['guard/store'] },
  { figure: 'Revokes that survive failover, a lost feed, a restart', target: '100 of 100 each', parts: ['guard/loss'] },
  { figure: 'New sign-ins that were ended', target: '0 of 100', parts: ['guard/reuse'] },
  { figure: 'Revokes where Redis is full', target: '1,000 of 1,000', parts: ['guard/full'] },
  { figure: 'False "done" and false "failed" of cut replies', target: '0 and 0 of 1,000', ids: ['M-01'] },
  { figure: 'Extends that harm', target: '0 of 10,000', ids: ['M-07'] },
  { figure: 'Keys outside the prefix that fuzzed requests touched', target: '0 of 100,000 requests', ids: ['M-10'] },
  {
    figure: 'Sessions of before that outlive a logout everywhere',
    target: '0 at 200 sign-ins a second',
    test: 'everywhere.redis.test.ts',
  },
  { figure: 'Changes of the audit that were found', target: '1,000 of 1,000', ids: ['M-15'] },
  { figure: 'Random handles that open anything', target: '0 of 1,000,000', ids: ['X-02'] },
  { figure: 'Hostile values, run or thrown at', target: '≥ 500, 0', ids: ['D-02'] },
  { figure: 'Bombs refused', target: '≥ 20, < 100 ms, < 32 MiB', ids: ['D-04'] },
  { figure: 'Reading on the loop, the slowest value', target: '< 50 ms', ids: ['D-05'] },
  { figure: 'The largest value that was opened', target: '512 MB, < 1 s, < 64 MiB', ids: ['D-03'] },
  { figure: 'Hostile rows among usual ones', target: 'none lacks', ids: ['D-15', 'D-16'] },
  { figure: 'Scripts of 250 × 10 that ran', target: '0', test: 'e2e/hostile.spec.ts' },
  { figure: 'Fuzzed values that a decoder failed at', target: '0 of 1,000,000 each', ids: ['D-17'] },
  {
    figure: 'Requests from elsewhere that changed anything',
    target: '0 of 36 and 8',
    test: 'origin.test.ts, e2e/doors.spec.ts',
  },
  { figure: 'Answers to a foreign Host', target: '0 of 25', test: 'origin.test.ts, e2e/doors.spec.ts' },
  { figure: 'Answers with all security headers', target: 'all', test: 'first-look.test.ts, e2e/doors.spec.ts' },
  {
    figure: 'Permissions of which each, taken away, takes only what needs it',
    target: 'all, by name',
    parts: ['acl/each'],
  },
  { figure: 'Denials in the browser suite as the full account', target: '0', parts: ['acl/suite'] },
  { figure: 'Faults of Redis survived', target: '32 of 32', whats: ['faults'] },
  { figure: 'Sessions that are missing after 50 failovers within a scan', target: '0', test: null },
  { figure: 'Failed requests in ten minutes of load', target: '0 of ≥ 274,500', test: null },
  {
    figure: 'What a scan of a million costs other clients at the 99th percentile',
    target: '< 1 ms',
    test: null,
    bench: 'load',
  },
  { figure: 'Serious findings of axe', target: '0', test: 'e2e/accessibility.spec.ts' },
  { figure: 'Findings of ZAP, CodeQL and OSV', target: '0', test: null },
  { figure: 'Real frameworks whose user is logged out by a revoke', target: 'all', ids: ['M-13'] },
]

/** The rows of a figure; `of` and `part` say who told them. */
export function rowsOf({ ids = [], parts = [], whats = [] }, rows) {
  return rows.filter(({ id, of, part }) => ids.includes(id) || parts.includes(`${of}/${part}`) || whats.includes(of))
}
