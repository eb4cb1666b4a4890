import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { writeTinyCheckpoint } from '../checkpoint/tiny.fixture.js'
import type { ReportDocument } from '../report/schema.js'
import { committed, parity, parityJson } from './parity.fixture.js'

interface Probe {
  readonly source: object
  readonly prompt: readonly number[]
  readonly topK: readonly { readonly id: number; readonly logit: number; readonly logprob: number }[]
  readonly generated: readonly number[]
  readonly elapsedMs: number
}

const probe = (source: string, folder: string, tokens: string) =>
  parityJson<Probe>(['probe', source, '--checkpoint', folder, '--tokens', tokens, '--generate', '6'])

describe('parity probe', () => {
  it('prints the fixed shape, the same on cpu, on webgpu and by the oracle', async () => {
    const tokens = '2,17,40,300,9,8,7,6,5,11'
    const [cpu, gpu, oracle] = await Promise.all(
      ['onnxruntime:cpu', 'onnxruntime:webgpu', 'oracle'].map((source) =>
        probe(source, committed('gemma-4-e2b-tiny'), tokens),
      ),
    )
    expect(cpu.document.source).toEqual({
      id: 'onnxruntime:cpu/float32',
      version: '1.30.0',
      device: 'cpu',
      dtype: 'float32',
    })
    expect(Object.keys(cpu.document)).toEqual(['source', 'prompt', 'topK', 'generated', 'elapsedMs'])
    expect(cpu.document.prompt.join()).toBe(tokens)
    for (const { exitCode, document } of [cpu, gpu]) {
      expect(exitCode).toBe(0)
      expect(document.generated).toEqual(oracle.document.generated)
      expect(document.topK.map(({ id }) => id)).toEqual(oracle.document.topK.map(({ id }) => id))
      document.topK.forEach(({ logit, logprob }, i) => {
        expect(Math.abs(logit - oracle.document.topK[i].logit)).toBeLessThan(1e-3)
        expect(Math.abs(logprob - oracle.document.topK[i].logprob)).toBeLessThan(1e-3)
      })
    }
  })

  it('spells NaN as a string', async () => {
    const folder = await temporaryFolder()
    await writeTinyCheckpoint(folder, {
      mutate: (tensors) => (tensors.get('model.norm.weight')?.data as Float32Array).fill(NaN, 3, 4),
    })
    const { exitCode, document } = await probe('onnxruntime:cpu', folder, '2,3')
    expect(exitCode).toBe(0)
    expect(document.topK.map(({ id, logit }) => [id, logit])).toEqual([0, 1, 2, 3, 4].map((id) => [id, 'NaN']))
  })
})

describe('a checkpoint of the user’s own', () => {
  it('is judged by the oracle where nothing is recorded and there is no Python', async () => {
    const folder = await temporaryFolder()
    await writeTinyCheckpoint(folder, { multimodal: true, redundant: true, shards: 3, dtype: 'BF16' })
    const args = [
      'run',
      '--checkpoint',
      folder,
      '--engine',
      'onnxruntime:cpu',
      '--generate',
      '12',
      '--reference',
      'oracle',
    ]
    const { exitCode, document } = await parityJson<ReportDocument>(args)
    const [verdict] = document.verdicts
    expect(verdict.reason).toMatch(/^logits within/)
    expect(verdict).toMatchObject({
      reference: 'oracle@1.0.0/float64',
      spread: { origin: 'oracle', dtype: 'float32' },
      tokens: { total: 36 },
    })
    expect(exitCode).toBe(0)
  })

  it('uses the recording of the very same checkpoint, wherever it stands', async () => {
    const { document } = await parityJson<ReportDocument>([
      'run',
      '--checkpoint',
      committed('gemma-4-31b-tiny'),
      '--engine',
      'onnxruntime:cpu',
    ])
    expect(document.verdicts).toMatchObject([
      { caseId: 'gemma4/31b', outcome: 'pass', reference: 'transformers@5.23.0/float64, recorded' },
    ])
  })

  it('says so where no prompt reaches beyond the window', async () => {
    const folder = await temporaryFolder()
    await writeTinyCheckpoint(folder)
    const args = ['run', '--checkpoint', folder, '--engine', 'onnxruntime', '--tokens', '3,4', '--generate', '2']
    const { document } = await parityJson<ReportDocument>([...args, '--reference', 'oracle'])
    expect(document.verdicts[0]).toMatchObject({
      engine: 'onnxruntime:webgpu/float32',
      outcome: 'pass',
      notCompared: ['what lies beyond the sliding window of 4: no prompt reaches it'],
    })
  })

  it('gets an error verdict for NaN in its weights, with the first place it shows', async () => {
    const folder = await temporaryFolder()
    await writeTinyCheckpoint(folder, {
      mutate: (tensors) => (tensors.get('model.layers.2.mlp.down_proj.weight')?.data as Float32Array).fill(NaN, 5, 6),
    })
    const args = [
      'run',
      '--checkpoint',
      folder,
      '--engine',
      'onnxruntime:cpu',
      '--tokens',
      '3,4,5',
      '--generate',
      '4',
      '--reference',
      'oracle',
    ]
    const { exitCode, document } = await parityJson<ReportDocument>(args)
    expect(exitCode).toBe(1)
    expect(document.verdicts[0]).toMatchObject({
      outcome: 'error',
      stage: 'observe',
      reason:
        "the logits hold NaN or infinity, first at position 0 of prompt 'prompt-1', and in the hidden states from layer 2 on",
    })
  })
})

describe('parity inspect', () => {
  it('shows the layout and the donors', async () => {
    const { exitCode, document } = await parityJson<object>(['inspect', committed('gemma-4-e4b-tiny-redundant')])
    expect(exitCode).toBe(0)
    expect(document).toMatchObject({
      ok: true,
      architecture: 'Gemma4ForCausalLM',
      layers: 6,
      layout: 'redundant',
      kvSharing: [
        { layer: 3, donor: 1 },
        { layer: 4, donor: 1 },
        { layer: 5, donor: 2 },
      ],
      missing: [],
      unexpected: [],
      shapeMismatch: [],
    })
    expect(Object.keys(document).slice(0, 7)).toEqual([
      'ok',
      'architecture',
      'layers',
      'kvSharing',
      'layout',
      'missing',
      'unexpected',
    ])
  })
})

describe('parity doctor', () => {
  it('says of every source whether it runs here, and how to get it', async () => {
    const { exitCode, document } = await parityJson<{
      sources: ({ source: string; ok: true } | { source: string; ok: false; fix: string })[]
    }>(['doctor'])
    expect(exitCode).toBe(0)
    const found = new Map(document.sources.map((entry) => [entry.source, entry]))
    expect(found.get('onnxruntime:cpu')).toMatchObject({ ok: true })
    expect(found.get('oracle:cpu')).toMatchObject({ ok: true })
    for (const entry of document.sources) if (!entry.ok) expect(entry.fix).not.toBe('')
  })
})

describe('help', () => {
  it.each(['run', 'probe', 'inspect', 'record', 'doctor'])('%s has an example', async (command) => {
    const { exitCode, stdout } = await parity([command, '--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/Examples?:\n {2}parity /)
  })
})
