/** Environments made by real processes and uv, of one small package. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { expect, it, onTestFinished } from 'vitest'
import { packageRoot } from '../../package-root.js'
import type { PythonEnvironment } from './environment.js'

const requirements = `annotated-doc==0.0.7 \\
    --hash=sha256:0a30ef8f5322a4173720ae6712dc9a5e58f5a19868f3f167b4b5778db066c2b5 \\
    --hash=sha256:6bc31bbbec6dfaaedc1676dbc11dbda96fe22a2b5c400e9ebad113fec44a9dc6
`

async function makeCache(): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'parity-environment-'))
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
  await writeFile(join(cache, 'requirements.txt'), requirements)
  return cache
}

/** Makes the environment in a process of its own. */
async function make(cache: string) {
  const module = pathToFileURL(join(packageRoot, 'dist/sources/python/environment.js')).href
  const code = `
    const { makeEnvironment } = await import('${module}')
    console.log(JSON.stringify(await makeEnvironment('small', process.argv[1])))`
  const args = ['--input-type=module', '-e', code, join(cache, 'requirements.txt')]
  const { stdout, stderr } = await execa(process.execPath, args, { env: { PARITY_CACHE: cache } })
  return { environment: JSON.parse(stdout) as PythonEnvironment, stderr }
}

it('is made once, by processes that want it at the same time', async () => {
  const cache = await makeCache()
  const made = await Promise.all([make(cache), make(cache), make(cache)])
  expect(made.filter(({ stderr }) => stderr.includes('Installed 1 package'))).toHaveLength(1)
  expect(made.filter(({ stderr }) => stderr.includes('another process makes'))).toHaveLength(2)
  const [{ environment }] = made
  expect(made.map((one) => one.environment)).toEqual([environment, environment, environment])
  const { stdout } = await execa(environment.python, ['-c', 'import annotated_doc; print(annotated_doc.__version__)'])
  expect(stdout).toBe('0.0.7')
  expect(existsSync(`${environment.folder}.lock`)).toBe(false)
})

it('is made anew where a process was killed amid it', async () => {
  const cache = await makeCache()
  const { environment } = await make(cache)
  await rm(join(environment.folder, 'complete'))
  await rm(environment.python)
  const gone = execa(process.execPath, ['-e', ''])
  await gone
  await writeFile(`${environment.folder}.lock`, `${gone.pid} ${hostname()}`)
  expect((await make(cache)).environment).toEqual(environment)
  expect((await execa(environment.python, ['-c', 'import annotated_doc'])).exitCode).toBe(0)
})
