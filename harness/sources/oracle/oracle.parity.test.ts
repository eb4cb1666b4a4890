/** The oracle against the recorded truth: two implementations that share no line of code. */
import { describe, expect, it } from 'vitest'
import { committedCases, recordings } from '../../cases/committed-cases.fixture.js'
import { measureLogits } from '../../compare/metrics.js'
import { pairRows } from '../../compare/rows.js'
import { generation } from '../../run/observations.js'
import { readRecording } from '../../trace/recording-store.js'
import { oracle } from './index.js'

const cases = await committedCases({ tag: ['tiny'] })

describe('the oracle, in Pyodide', () => {
  it.each(cases.map((item) => [item.id, item] as const))(
    'equals the truth of %s to 1e-12 of the largest logit',
    async (_, item) => {
      const { signal } = new AbortController()
      const timeouts = { startMs: 120_000, openMs: 60_000, observeMs: 300_000 }
      const { truth } = await readRecording(recordings, item)
      await using session = await oracle.open(
        { id: { name: 'oracle' }, checkpoint: item.folder, threads: 1, options: {}, timeouts },
        signal,
      )
      const trace = await session.observe(generation(item), signal)
      expect(trace.generated).toEqual(truth.generated)
      const { pairs, absent } = pairRows(item.prompts, truth, trace)
      expect(absent).toEqual([])
      expect(pairs).toHaveLength(item.prompts.reduce((sum, { tokens }) => sum + tokens.length + item.generate - 1, 0))
      const { max, logitMax } = measureLogits(pairs)
      expect(max / logitMax).toBeLessThanOrEqual(1e-12)
    },
  )
})
