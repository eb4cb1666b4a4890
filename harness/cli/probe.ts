import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { ParityError } from '../errors.js'
import { checkTokens } from '../prompt/check-tokens.js'
import { openTokenizer } from '../prompt/open-tokenizer.js'
import { preparePrompts } from '../prompt/prepare-prompts.js'
import { printable } from '../prompt/printable.js'
import { loadConfig } from '../config/load-config.js'
import { makeSources } from '../sources/index.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import { formOf, topKOf } from '../compare/row-form.js'
import { topCount } from '../compare/limits.js'
import { logSumExp } from '../trace/logits.js'
import { readRows, topTokens, valueOf } from '../trace/token-rows.js'
import type { ResolvedSource, StatedPrompt, Trace } from '../types.js'
import { spellNonFinite } from '../spell-non-finite.js'
import { availableParallelism } from 'node:os'
import { locateForCommand } from './with-fetch-line.js'
import { parseCount, parseTimeouts } from './parse.js'
import { refuseFault } from './refuse-fault.js'
import { statePrompts, type PromptFlags } from './state-prompts.js'

interface ProbeOptions extends PromptFlags {
  readonly checkpoint: string
  readonly generate: string
  readonly timeout: string
  readonly json?: true
}

interface TopToken {
  readonly id: number
  /** Null where the source gives log-probabilities only. */
  readonly logit: number | null
  readonly logprob: number
}

/** `parity probe` */
export async function probeCommand(name: string, given: object): Promise<void> {
  const options = given as ProbeOptions
  const id = parseSourceId(name)
  const source = makeSources((await loadConfig())?.values.sources).find(id)
  const stated = statePrompt(options)
  const generate = parseCount('--generate', options.generate)
  const timeouts = parseTimeouts(options.timeout)
  const folder = await locateForCommand(options.checkpoint, options.json === true)
  const { config } = await openCheckpoint(folder)
  const prompts = await preparePrompts(folder, [stated])
  checkTokens(config, prompts)
  const prompt = prompts[0].tokens
  const available = await refuseFault(() => source.check(id))
  if (!available.ok) throw new ParityError('PARITY_SOURCE', `${name} cannot run here: ${available.why}`, available.fix)

  const request = {
    id: { ...id, device: id.device ?? available.device },
    checkpoint: folder,
    threads: availableParallelism(),
    options: {},
    timeouts,
  }
  const { signal } = new AbortController()
  const { resolved, trace } = await refuseFault(async () => {
    await using session = await source.open(request, signal)
    const observation = {
      prompts: [prompt],
      generate,
      continuation: null,
      cache: true,
      chunk: null,
      logits: 'last',
      topK: topKOf(formOf(session.source.gives)),
      layers: false,
    } as const
    return { resolved: session.source, trace: await session.observe(observation, signal) }
  })
  const topK = findTopTokens(trace)
  const text = 'tokens' in stated ? undefined : await readText(folder, trace)
  process.stdout.write(
    options.json === true
      ? formatDocument(resolved, prompt, topK, trace, text)
      : formatText(resolved, topK, trace, text),
  )
}

/** The one prompt of a probe, called by its flag. */
function statePrompt(options: ProbeOptions): StatedPrompt {
  const prompts = statePrompts(options)
  const [prompt] = prompts
  const flag = (['tokens', 'text', 'chat'] as const).find((form) => prompts.length === 1 && form in prompt)
  if (flag !== undefined) return { ...prompt, id: `--${flag}` }
  throw new ParityError(
    'PARITY_USAGE',
    prompts.length === 0 ? 'a probe needs a prompt' : `a probe takes one prompt, not ${prompts.length}`,
    'Give one of --tokens 2,7,9, --text and --chat.',
  )
}

/** What was generated, up to where the model ended its turn. */
async function readText(folder: string, { generated: [tokens] }: Trace): Promise<string> {
  const tokenizer = await openTokenizer(folder)
  const end = tokens.findIndex((token) => tokenizer.endTokens.includes(token))
  return tokenizer.decode(end === -1 ? tokens : tokens.slice(0, end), { skipSpecialTokens: false })
}

/** The five most likely tokens behind the last prompt position. */
function findTopTokens(trace: Trace): TopToken[] {
  const table = readRows(trace, 0, 'logits')
  if (table === undefined || table.rows === 0) throw new Error('the source gave neither logits nor log-probabilities')
  const row = table.at(table.rows - 1)
  const top = topTokens(row, topCount).map((id) => ({ id, value: valueOf(row, id) }))
  if (table.isSparse) return top.map(({ id, value }) => ({ id, logit: null, logprob: value }))
  const total = logSumExp(row.values)
  return top.map(({ id, value }) => ({ id, logit: value, logprob: value - total }))
}

function formatDocument(
  resolved: ResolvedSource,
  prompt: readonly number[],
  topK: readonly TopToken[],
  trace: Trace,
  text: string | undefined,
): string {
  const { name, version, device, dtype } = resolved
  const source = { id: formatSourceId({ name, device, dtype }), version, device, dtype }
  const { generated, elapsedMs } = trace
  return `${JSON.stringify({ source, prompt, topK, generated: generated[0], text, elapsedMs }, spellNonFinite)}\n`
}

function formatText(
  resolved: ResolvedSource,
  topK: readonly TopToken[],
  trace: Trace,
  text: string | undefined,
): string {
  const { name, version, device, dtype, adapter, software } = resolved
  const on = adapter === null ? '' : ` on ${adapter}${software ? ' (a software adapter)' : ''}`
  return [
    `${formatSourceId({ name, version, device, dtype })}${on}`,
    ...topK.map(
      ({ id, logit, logprob }) =>
        `  token ${id}: ${logit === null ? '' : `logit ${logit.toFixed(6)}, `}log-probability ${logprob.toFixed(6)}`,
    ),
    `generated: ${trace.generated[0].join(',')}`,
    ...(text === undefined ? [] : [`text: ${printable(text)}`]),
    `time: ${(trace.elapsedMs / 1000).toFixed(2)} s`,
    '',
  ].join('\n')
}
