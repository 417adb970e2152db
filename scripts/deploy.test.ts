import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { parseSettings } from '@/lib/settings.mjs'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const refuse = () => {
  throw new Error('ENOENT')
}

type Service = { build?: string; depends_on?: object; environment: Record<string, string> }

const documents = parseAllDocuments(read('deploy/kubernetes.yaml')).map((one) => one.toJS())
const ofKind = (kind: string) => documents.find((one) => one.kind === kind)
const template = ofKind('Deployment').spec.template
const [container] = template.spec.containers

test('what the manifest sets are settings, and they are without fault', () => {
  const env = Object.fromEntries(container.env.map(({ name, value }: { name: string; value: string }) => [name, value]))
  const [{ mountPath }] = container.volumeMounts
  const { faults } = parseSettings({ ROLLCALL_BIND: '0.0.0.0', ...env }, (path) => {
    const text = ofKind('Secret').stringData[path.replace(`${mountPath}/`, '')]
    return text ?? refuse()
  })
  expect(faults).toEqual([])
  // Under its own name in the image: beyond loopback it starts only with a password.
  expect(read('Dockerfile')).toContain('ROLLCALL_BIND=0.0.0.0')
})

test('the manifest has two replicas that its service and its budget find, with the probes that are routes', () => {
  expect(ofKind('Deployment').spec.replicas).toBe(2)
  for (const selector of [
    ofKind('Deployment').spec.selector.matchLabels,
    ofKind('Service').spec.selector,
    ofKind('PodDisruptionBudget').spec.selector.matchLabels,
  ]) {
    expect(template.metadata.labels).toMatchObject(selector)
  }
  const pathOf = (probe: string) => container[probe].httpGet.path
  expect([pathOf('startupProbe'), pathOf('livenessProbe'), pathOf('readinessProbe')]).toEqual([
    '/healthz',
    '/healthz',
    '/readyz',
  ])
  for (const path of ['/healthz', '/readyz']) read(`app${path}/route.ts`)
  const ports = container.ports.map(({ name }: { name: string }) => name)
  expect(ports).toContain(ofKind('Service').spec.ports[0].targetPort)
  const volumes = template.spec.volumes.map(({ name }: { name: string }) => name)
  for (const { name } of container.volumeMounts) expect(volumes).toContain(name)
})

test('no container of the manifest is root, writes its own files or gains rights', () => {
  expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 })
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  expect(read('Dockerfile')).toMatch(/^USER node$/m)
})

test.each(['compose.yaml', 'deploy/compose.cluster.yaml'])(
  '%s names services that are there, and settings without fault',
  (file) => {
    const { services } = parse(read(file), { merge: true })
    for (const [name, service] of Object.entries<Service>(services)) {
      for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(services), name).toContain(other)
      if (!('build' in service)) continue
      const env = Object.fromEntries(
        Object.entries(service.environment).map(([key, value]) => [
          key,
          value.replace(/^\$\{.*\}$/, 'fifteen characters at least'),
        ]),
      )
      const { settings, faults } = parseSettings({ ROLLCALL_BIND: '0.0.0.0', ...env }, refuse)
      expect(faults).toEqual([])
      for (const { host } of settings?.redis?.hosts ?? []) expect(Object.keys(services)).toContain(host)
    }
  },
)
