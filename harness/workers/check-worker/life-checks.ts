/** Checks of a worker's life: how it starts, refuses, opens, keeps to its pipe, and ends. */
import { join } from 'node:path'
import { progressMessage } from '../protocol.js'
import { Failed, type Examinee } from './examinee.js'
import type { ProtocolCheck } from './protocol-check.js'

const endMs = 5000

export const startChecks: readonly ProtocolCheck[] = [
  {
    name: 'hello',
    isGate: true,
    async run(examinee) {
      const { source, version, devices, dtypes, gives } = await examinee.sayHello()
      for (const [field, list] of Object.entries({ devices, dtypes, gives }))
        if (list.length === 0) throw new Failed(`"${field}" is empty`)
      if (!gives.includes('logits') && !gives.includes('logprobs'))
        throw new Failed('"gives" names neither logits nor logprobs')
      return `${source} ${version}: ${devices.join(', ')}; ${dtypes.join(', ')}; gives ${gives.join(', ')}`
    },
  },
  { name: 'unknown-request', run: (examinee) => examinee.expectRefusal({ do: 'no-such-request' }) },
  {
    name: 'missing-checkpoint',
    run: (examinee) => {
      const checkpoint = join(examinee.subject.folder, 'no-such-folder')
      return examinee.expectRefusal(openRequest(examinee, { checkpoint }))
    },
  },
  {
    name: 'unknown-dtype',
    run: (examinee) => examinee.expectRefusal(openRequest(examinee, { dtype: 'no-such-dtype' })),
  },
  {
    name: 'open',
    isGate: true,
    async run(examinee) {
      const { device, adapter } = await examinee.open()
      if (device !== examinee.device) throw new Failed(`it was asked for ${examinee.device}, but opened ${device}`)
      return `on ${device}${adapter === null ? '' : `, ${adapter}`}, in ${examinee.dtype}`
    },
  },
]

export const endChecks: readonly ProtocolCheck[] = [
  {
    name: 'progress',
    run({ overheard: { progress } }) {
      const wrong = progress.find((message) => {
        const parsed = progressMessage.safeParse(message)
        return !parsed.success || parsed.data.progress.done > parsed.data.progress.total
      })
      if (wrong !== undefined) throw new Failed(`this is no progress: ${JSON.stringify(wrong)}`)
      return Promise.resolve(progress.length === 0 ? null : `${progress.length} messages`)
    },
    notOffered: 'it sends none, so that a long observation looks like silence',
  },
  {
    name: 'non-finite',
    run({ overheard: { bare } }) {
      if (bare.length > 0) throw new Failed(`NaN and infinities are strings in JSON, but it wrote ${bare[0]}`)
      return Promise.resolve('no bare NaN or infinity on any line')
    },
  },
  {
    name: 'close',
    async run(examinee) {
      await examinee.ensureOpen()
      const reply = await examinee.ask({ do: 'close' })
      if (reply.kind === 'none') throw new Failed(reply.why)
      if (reply.kind === 'error') throw new Failed('it answers with an error')
      await examinee.open()
      return 'and opens again'
    },
  },
  {
    name: 'stdin-end',
    async run(examinee) {
      if (!(await examinee.endInput(endMs))) throw new Failed(`it lives on ${endMs / 1000} s after its stdin ended`)
      return 'ends when its stdin does'
    },
  },
  {
    name: 'stdout',
    run({ overheard: { strays } }) {
      if (strays.length > 0) throw new Failed(`${strays.length} lines are no answer, the first: ${strays[0]}`)
      return Promise.resolve('nothing but messages')
    },
  },
]

function openRequest({ subject, device, dtype }: Examinee, changed: object): object {
  return { do: 'open', checkpoint: subject.folder, device, dtype, options: {}, ...changed }
}
