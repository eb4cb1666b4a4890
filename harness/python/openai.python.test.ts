/** Two real servers behind OpenAI's interface, each started by the harness, from the environments of their engines. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parity, parityJson } from '../cli/parity.fixture.js'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'
import { mlxLmPackage } from '../sources/mlx-lm/index.js'
import { findEnvironment } from '../sources/python/environments.js'
import type { PythonPackage } from '../sources/python/python-package.js'
import { vllmPackage } from '../sources/vllm/index.js'

const url = 'http://127.0.0.1:{port}/v1'
const offline = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', OMP_WAIT_POLICY: 'PASSIVE' }

let project: string
beforeAll(async () => {
  const mlxLm = await install(mlxLmPackage, 'mlx-lm@0.32.2')
  const vllm = await install(vllmPackage, 'vllm@0.32.0')
  project = await mkdtemp(join(tmpdir(), 'parity-servers-'))
  const where = ['--host', '127.0.0.1', '--port', '{port}']
  const sources = {
    'mlx-server': {
      url,
      model: '{checkpoint}',
      dtypes: ['bfloat16'], // of the checkpoint: it has no other
      prompt: 'text',
      serve: {
        // Its cache of prompts breaks where a prompt is wholly in it, as one is that goes on.
        command: [
          join(dirname(mlxLm), 'mlx_lm.server'),
          '--model',
          '{checkpoint}',
          '--prompt-cache-size',
          '0',
          ...where,
        ],
        ready: '/health',
        env: offline,
      },
    },
    'vllm-server': {
      url,
      serve: {
        command: [
          ...[vllm, '-m', 'vllm.entrypoints.openai.api_server', '--model', '{checkpoint}', '--dtype', '{dtype}'],
          ...['--enforce-eager', '--generation-config', 'vllm', ...where],
        ],
        env: {
          ...offline,
          VLLM_NO_USAGE_STATS: '1',
          VLLM_HOST_IP: '127.0.0.1',
          GLOO_SOCKET_IFNAME: 'lo',
          VLLM_PLUGINS: '',
          VLLM_CPU_KVCACHE_SPACE: '1',
        },
      },
    },
  }
  const config = { cases: join(packageRoot, 'cases'), recordings: join(packageRoot, 'references/recorded'), sources }
  await writeFile(join(project, 'parity.config.json'), JSON.stringify(config))
})
afterAll(() => rm(project, { recursive: true, force: true }))

async function install(pinned: PythonPackage, name: string): Promise<string> {
  const { exitCode, stderr } = await parity(['doctor', '--install', name])
  expect(exitCode, stderr).toBe(0)
  const { python } = await findEnvironment(pinned, name.split('@')[1])
  if (!python) throw new Error(`no interpreter of ${name}`)
  return python
}

async function run(engine: string, cases: readonly string[]) {
  const args = ['run', ...cases.flatMap((id) => ['--case', id]), '--engine', engine, '--jobs', '1']
  const { document } = await parityJson<ReportDocument>([...args, '--no-baseline', '--history', 'none'], {
    cwd: project,
  })
  expect(document.verdicts.map(({ caseId }) => caseId).sort()).toEqual([...cases].sort())
  return document.verdicts
}

it('mlx_lm.server, which takes text and stops at an end of sequence', async () => {
  for (const verdict of await run('mlx-server', [
    'gemma4/31b-fine-tuned/old-config',
    'gemma4/e2b-fine-tuned-5.5/stored',
  ])) {
    expect(['pass', 'near-tie'], verdict.reason).toContain(verdict.outcome)
    expect(verdict.excess).toBeLessThanOrEqual(4)
    expect(verdict.engineVersion).toBe('0.32.2')
    expect(verdict.tokens?.diverged).toBe(0)
    expect(verdict.notCompared).toHaveLength(3)
  }
})

it('vLLM’s server, which takes token ids and gives every position of a prompt', async () => {
  const [verdict] = await run('vllm-server', ['gemma4/e4b-fine-tuned/pruned'])
  expect(['pass', 'near-tie'], verdict.reason).toContain(verdict.outcome)
  expect(verdict.excess).toBeLessThanOrEqual(4)
  expect(verdict).toMatchObject({ engineVersion: '0.32.0', tokens: { equal: 36, total: 36 } })
  expect(verdict.notCompared).toHaveLength(1)
})
