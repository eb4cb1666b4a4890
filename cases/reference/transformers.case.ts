/**
 * The reference itself, judged: transformers in its other dtypes, with another attention, without a cache, and of another
 * version, against transformers in float64. `parity run --suite reference`
 */
import { defineCase } from 'transformers-parity'
import { tinyCase } from '../gemma4/tiny-case.js'

const judged = (
  geometry: 'e2b' | '26b-a4b',
  window: number,
  how: string,
  engines: readonly string[],
  options: Readonly<Record<string, unknown>> = {},
) => {
  const { prompts, checkpoint } = tinyCase(geometry, `gemma-4-${geometry}-tiny`, window, [])
  return defineCase({
    id: `reference/${geometry}/${how}`,
    suite: 'reference',
    checkpoint,
    relayout: { config: 'old' }, // what both versions read
    prompts,
    generate: 16,
    engines: engines.map((version) => `transformers${version}`),
    options,
    tags: ['reference', geometry],
  })
}

export default [
  judged('e2b', 8, 'eager', ['/float32', '/bfloat16', '/float16', '@5.6.2/float32']),
  judged('e2b', 8, 'sdpa', ['/float32', '/bfloat16'], { attention: 'sdpa' }),
  judged('e2b', 8, 'no-cache', ['/float32'], { useCache: false }),
  judged('26b-a4b', 10, 'eager', ['/float32', '/bfloat16', '@5.6.2/float32']),
]
