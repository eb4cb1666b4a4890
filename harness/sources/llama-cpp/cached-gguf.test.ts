/** A shell script stands for the Python that has the converter. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { packageRoot } from '../../package-root.js'
import { cachedGguf } from './cached-gguf.js'

const checkpoint = join(packageRoot, 'cases/checkpoints/gemma-4-e2b-tiny')
const quantiser = { library: () => '', release: '' }
const { signal } = new AbortController()
const make = () => cachedGguf(checkpoint, 'float32', quantiser, signal)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-gguf-'))
  vi.stubEnv('PARITY_CACHE', folder)
  vi.stubEnv('PARITY_PYTHON_LLAMA_CPP', join(folder, 'python'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** @param conversion what the script does with `$FILE` */
async function writePython(conversion: string): Promise<void> {
  const file = join(folder, 'python')
  await writeFile(file, `#!/bin/sh\nif [ "$1" = -c ]; then echo 1; exit; fi\nfor FILE; do :; done\n${conversion}\n`)
  await chmod(file, 0o755)
}

describe.skipIf(process.platform === 'win32')('a converter of the user’s own', () => {
  it('is asked again, for it may have been changed', async () => {
    await writePython('echo one > "$FILE"')
    expect(await readFile(await make(), 'utf8')).toBe('one\n')
    await writePython('echo two > "$FILE"')
    expect(await readFile(await make(), 'utf8')).toBe('two\n')
  })

  it('finds what an interrupted conversion left behind removed', async () => {
    await writePython('echo one > "$FILE"')
    const made = await make()
    await writeFile(`${made}.1234.part`, '')
    await mkdir(`${made}.1234.part.checkpoint`)
    await make()
    const left = (await readdir(join(folder, 'gguf'))).map((name) => join(folder, 'gguf', name))
    expect(left).toEqual([made])
  })

  it.each([
    ['kill -9 $$', { kind: 'exited', message: 'the converter to GGUF died of SIGKILL', detail: { signal: 'SIGKILL' } }],
    ['echo a; echo b >&2; exit 1', { kind: 'refused', message: 'the converter to GGUF: b', log: 'a\nb' }],
    ['exit 3', { kind: 'refused', message: expect.stringContaining('exit code 3') as string }],
  ])('fails in its own way: %s', async (conversion, fault) => {
    await writePython(conversion)
    await expect(make()).rejects.toMatchObject({ stage: 'open', ...fault })
  })

  it('that is gone cannot be started', async () => {
    await writePython('rm "$0"; exit 1')
    await expect(make()).rejects.toMatchObject({ kind: 'refused' })
    await expect(make()).rejects.toMatchObject({ kind: 'spawn', stage: 'open' })
  })
})

it('a converter that has not been made is a fault of one engine, not the end of the run', async () => {
  vi.stubEnv('PARITY_PYTHON_LLAMA_CPP', '')
  const hint = 'parity doctor --install llama-cpp'
  await expect(make()).rejects.toMatchObject({ kind: 'spawn', stage: 'open', detail: { hint } })
})
