/** Mistakes that engines really make, planted in the built-in engine to see that a verdict finds them. */
import type { Checkpoint } from '../../checkpoint/checkpoint.js'
import type { Gemma4Config, LayerConfig, Rope } from '../../checkpoint/config.js'
import { ParityError } from '../../errors.js'

const defects: Readonly<Record<string, (config: Gemma4Config) => Gemma4Config>> = {
  'window-plus-one': (config) => ({ ...config, slidingWindow: config.slidingWindow + 1 }),
  'rotary-base': (config) => ({
    ...config,
    rope: { sliding: withTheta(config.rope.sliding), full: withTheta(config.rope.full) },
  }),
  'donor-swapped': swapDonor,
  'softcap-dropped': (config) => ({ ...config, softcap: null }),
}

export const defectNames: readonly string[] = Object.keys(defects)

/** The checkpoint as an engine with this defect would understand it; itself, without one. */
export function applyDefect(checkpoint: Checkpoint, name: unknown): Checkpoint {
  if (name === undefined) return checkpoint
  const defect = typeof name === 'string' && Object.hasOwn(defects, name) ? defects[name] : undefined
  if (defect === undefined) {
    const hint = `Known defects: ${defectNames.join(', ')}.`
    throw new ParityError('PARITY_USAGE', `there is no defect ${JSON.stringify(name)}`, hint)
  }
  return { ...checkpoint, config: defect(checkpoint.config) }
}

const withTheta = (rope: Rope | null): Rope | null => (rope === null ? null : { ...rope, theta: rope.theta * 1.01 })

/** The first shared layer reads another layer of its type than the last one with K/V of its own. */
function swapDonor(config: Gemma4Config): Gemma4Config {
  const layer = config.layers.find((candidate) => otherDonor(config, candidate) !== undefined)
  if (layer === undefined) {
    throw new ParityError(
      'PARITY_USAGE',
      'no layer of this model could take another donor',
      'Take a model that shares K/V and has two donors of one type, such as E2B.',
    )
  }
  const swapped = { ...layer, donor: otherDonor(config, layer) ?? null }
  return { ...config, layers: config.layers.map((other) => (other.index === layer.index ? swapped : other)) }
}

const otherDonor = ({ layers }: Gemma4Config, { type, donor }: LayerConfig): number | undefined =>
  donor === null
    ? undefined
    : layers.find((layer) => layer.donor === null && layer.type === type && layer.index !== donor)?.index
