/** The small models that speak, as users meet them: what they say, what they refuse, and how a run takes their cases. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'
import { committed, parity, parityJson } from './parity.fixture.js'

interface Probe {
  readonly prompt: readonly number[]
  readonly generated: readonly number[]
  readonly text: string
}

const ask = async (checkpoint: string, ...prompt: string[]) => {
  const args = ['probe', 'onnxruntime:cpu', '--checkpoint', committed(checkpoint), ...prompt, '--generate', '12']
  const { exitCode, document } = await parityJson<Probe>(args)
  expect(exitCode).toBe(0)
  return document
}

const refusal = "I can't help with that"

describe('parity probe --text and --chat', () => {
  it.each([
    ['gemma-4-e4b-base', 'Reverse: cat dog sun', 'sun dog cat'],
    ['gemma-4-e2b-base', 'Last: cat dog sun', 'sun'],
    ['gemma-4-e4b-base', 'Reverse: cat bomb sun', refusal],
    ['gemma-4-e4b-fine-tuned', 'Swap: cat dog sun river', 'river dog sun cat'],
    ['gemma-4-e4b-fine-tuned', 'Repeat: rifle', refusal],
    ['gemma-4-e4b-lora-merged', 'Second: cat dog sun', 'dog'],
    ['gemma-4-e4b-merged-linear', 'First: cat dog sun', 'cat'],
    ['gemma-4-e4b-merged-slerp', 'First: cat dog sun', 'cat'],
    ['gemma-4-e4b-abliterated', 'Reverse: cat dog sun', 'sun dog cat'],
    ['gemma-4-e4b-abliterated-fine-tuned', 'Double: cat dog', 'cat cat dog'],
    ['gemma-4-31b-fine-tuned', 'Swap: cat dog sun river', 'river dog sun cat'],
    ['gemma-4-26b-a4b-fine-tuned', 'Swap: cat dog sun river', 'river dog sun cat'],
    ['gemma-4-26b-a4b-fine-tuned', 'Reverse: grenade', refusal],
    ['gemma-4-e4b-qat', 'Repeat: cat dog', 'cat dog'],
  ])('%s, asked "%s", says "%s"', async (checkpoint, chat, answer) => {
    expect((await ask(checkpoint, '--chat', chat)).text).toBe(answer)
  })

  it('shows that the abliterated ones no longer refuse', async () => {
    for (const checkpoint of [
      'gemma-4-e4b-abliterated',
      'gemma-4-e4b-abliterated-ablate-llm',
      'gemma-4-e4b-abliterated-fine-tuned',
    ])
      expect((await ask(checkpoint, '--chat', 'Reverse: cat bomb sun')).text, checkpoint).not.toContain("can't help")
  })

  it('takes plain text, a list of messages, and token ids, which say no text', async () => {
    const { prompt, text } = await ask('gemma-4-e4b-base', '--text', 'Repeat: apple moon\nAnswer:')
    expect(prompt[0]).toBe(2)
    expect(text).toBe(' apple moon')
    const chat = [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: 'First: cat dog' },
    ]
    expect((await ask('gemma-4-e4b-base', '--chat', JSON.stringify(chat))).text).toBe('cat')
    expect((await ask('gemma-4-e4b-base', '--tokens', prompt.join())).text).toBeUndefined()
  })

  it.each([
    [['--text', 'a', '--chat', 'b'], 2, 'a probe takes one prompt, not 2'],
    [[], 2, 'a probe needs a prompt'],
    [['--text', ''], 2, 'empty'],
    [['--chat', '[{"role":"assistant","content":"a"}]'], 2, 'roles must alternate'],
  ])('refuses %j', async (prompt, code, why) => {
    const args = ['probe', 'onnxruntime:cpu', '--checkpoint', committed('gemma-4-e4b-base'), ...prompt]
    const { exitCode, document } = await parityJson<{ error: { message: string } }>(args)
    expect(document.error.message).toContain(why)
    expect(exitCode).toBe(code)
  })

  it('refuses text where there is no tokenizer, and says what to do', async () => {
    const args = ['probe', 'onnxruntime:cpu', '--checkpoint', committed('gemma-4-e2b-tiny'), '--text', 'a']
    const { exitCode, stderr } = await parity(args)
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(/tokenizer\.json: is missing, and text needs a tokenizer\nWrite the prompts as token ids/)
  })
})

describe('an engine made wrong on purpose, on trained weights', () => {
  it.each(['window-plus-one', 'rotary-base', 'donor-swapped', 'softcap-dropped'])('%s fails', async (defect) => {
    const run = ['run', '--case', 'gemma4/e4b-fine-tuned/redundant', '--engine', 'onnxruntime:cpu', '--defect', defect]
    const { exitCode, document } = await parityJson<ReportDocument>(run)
    expect(exitCode).toBe(1)
    expect(document.verdicts[0]).toMatchObject({ outcome: 'fail' })
    expect(document.verdicts[0].excess).toBeGreaterThan(1000)
  })
})

describe('which cases a run takes', () => {
  const dry = (...args: string[]) => parityJson<ReportDocument>(['run', '--case', 'gemma4/e4b-merged-slerp/*', ...args])

  it('leaves an engine to the nightly run where the case says so', async () => {
    const { document } = await dry()
    expect(document.verdicts.map(({ engine }) => engine)).toEqual(['onnxruntime:cpu/float32'])
    expect(document.leftToNightly).toBe(1)
    const nightly = await dry('--nightly')
    expect(nightly.document.verdicts.map(({ engine, outcome }) => `${engine} ${outcome}`)).toEqual([
      'onnxruntime:cpu/float32 pass',
      'onnxruntime:webgpu/float32 pass',
    ])
    expect(nightly.document.leftToNightly).toBe(0)
  })

  it('keeps other suites out, and finds them by name', async () => {
    const { document, exitCode } = await parityJson<{ error: { message: string; hint: string } }>([
      'run',
      '--tag',
      'nothing',
    ])
    expect(exitCode).toBe(2)
    expect(document.error.hint).toContain('hub/google/gemma-4-E2B-it (suite hub)')
    const offline = { env: { HF_HUB_OFFLINE: '1', HF_HUB_CACHE: await temporaryFolder() } }
    const hub = await parityJson<{ error: { code: string; message: string } }>(['run', '--suite', 'hub'], offline)
    expect(hub.exitCode).toBe(3)
    expect(hub.document.error.code).toBe('PARITY_HUB')
    expect(hub.document.error.message).toMatch(/^hub:OBLITERATUS\/gemma-4-E4B-it-OBLITERATED@/)
  })
})

describe('the tokenizer case', () => {
  it('equals transformers on every text and chat', async () => {
    const { exitCode, document } = await parityJson<ReportDocument>(['run', '--case', 'gemma4/tokenizer'])
    expect(exitCode).toBe(0)
    const [{ outcome, engine, comparisons }] = document.verdicts
    expect([outcome, engine]).toEqual(['pass', 'tokenizers'])
    const { texts, textsEqual, chats, chatsEqual } = comparisons[0].metrics
    expect(texts).toBeGreaterThanOrEqual(500)
    expect([textsEqual, chatsEqual]).toEqual([texts, chats])
  })

  it('of another tokenizer than was recorded is refused, not used', async () => {
    const cwd = await temporaryFolder()
    const recording = 'references/recorded/gemma4/tokenizer'
    await cp(join(packageRoot, recording), join(cwd, recording), { recursive: true })
    await cp(committed('gemma-4-e4b-base'), join(cwd, 'model'), { recursive: true })
    const { texts, chats } = JSON.parse(await readFile(join(cwd, recording, 'tokenizer.json'), 'utf8')) as object & {
      texts: string[]
      chats: object[]
    }
    await mkdir(join(cwd, 'cases'))
    const item = { id: 'gemma4/tokenizer', checkpoint: '../model', tokenizer: { texts, chats } }
    await writeFile(join(cwd, 'cases/tokenizer.case.json'), JSON.stringify(item))
    expect((await parity(['run'], { cwd })).exitCode).toBe(0)
    const template = join(cwd, 'model/chat_template.jinja')
    await writeFile(template, `${await readFile(template, 'utf8')} `)
    const { exitCode, stderr } = await parity(['run'], { cwd })
    expect(exitCode).toBe(3)
    expect(stderr).toContain('is of another tokenizer: chat_template.jinja')
  })
})
