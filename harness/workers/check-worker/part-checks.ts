/** Checks of what a worker shows inside of its layers. */
import type { Matrix } from '../../types.js'
import { Failed, type Examinee } from './examinee.js'
import { eachPrompt, matrixOf } from './looked.js'
import type { ProtocolCheck } from './protocol-check.js'

export const partChecks: readonly ProtocolCheck[] = [
  {
    name: 'parts',
    needs: ['layers', 'parts'],
    async run(examinee) {
      const { generate, layers } = examinee.subject
      const all = await examinee.observe({ generate, logits: 'all', layers: 'all', parts: true })
      const last = await examinee.observe({ logits: 'all', layers: [layers - 1], parts: true })
      const seen = new Set<string>()
      eachPrompt(examinee, (k, prompt) => {
        for (const [prefix, rows] of [
          [`${k}.`, prompt.length],
          [`${k}.decode.`, generate - 1],
        ] as const) {
          for (const name of namesOf(all.tensors, prefix)) {
            const width = widthOf(examinee, name)
            checkFinite(`${prefix}${name}`, matrixOf(all, `${prefix}${name}`, rows, width))
            seen.add(name)
          }
          for (const name of seen)
            if (!all.tensors.has(`${prefix}${name}`))
              throw new Failed(`there is no tensor ${prefix}${name}, but there is one of another prompt or step`)
        }
        const foreign = namesOf(last.tensors, `${k}.`).find(
          (name) => /^layers\.(\d+)/.exec(name)?.[1] !== String(layers - 1) && name.startsWith('layers.'),
        )
        if (foreign !== undefined) throw new Failed(`${foreign} is given where only layer ${layers - 1} was asked for`)
      })
      const outputs = Array.from({ length: layers }, (_, layer) => `layers.${layer}`)
      const absent = outputs.find((name) => !seen.has(name))
      if (absent !== undefined) throw new Failed(`there is no tensor of ${absent}, which parts come on top of`)
      if (seen.size === layers) throw new Failed('it shows nothing but the outputs of the layers')
      return `${seen.size} points of the ${examinee.subject.points.size} that the model has, in the prompt and behind it`
    },
  },
]

/** What a prompt, or the steps behind it, hold beside logits. */
const namesOf = (tensors: ReadonlyMap<string, unknown>, prefix: string): string[] =>
  [...tensors.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => !/^(decode\.|logits$|top-k\.|logsumexp$)/.test(name))

function widthOf({ subject: { points } }: Examinee, name: string): number {
  const width = points.get(name)
  if (width !== undefined) return width
  throw new Failed(`${name} is the name of nothing that the model computes`)
}

function checkFinite(name: string, { data }: Matrix): void {
  if (!data.every(Number.isFinite)) throw new Failed(`${name} holds NaN or infinity`)
}
