import { describe, expect, it } from 'vitest'
import { ParityError } from '../errors.js'
import type { LoadedConfig } from './load-config.js'
import { settle, settingsOf } from './settle.js'

const config: LoadedConfig = {
  file: 'parity.config.ts',
  values: { engines: ['oracle'], jobs: 3, baseline: 'accepted.json', failOn: 'never', require: true },
}

/** What is refused, as people read it. */
function refusal(act: () => unknown) {
  try {
    act()
  } catch (error) {
    if (ParityError.is(error)) return `${error.code} ${error.message}`
    throw error
  }
  return 'not refused'
}

describe('the value of a setting', () => {
  const flags = { engine: ['transformers', 'onnxruntime:cpu'], jobs: '7', baseline: false }
  const environment = { PARITY_ENGINE: 'onnxruntime:webgpu, oracle', PARITY_JOBS: '5', PARITY_REQUIRE: '0' }

  it('is that of the flag first', () => {
    const { engines, jobs, baseline } = settle(flags, environment, config)
    expect(engines).toEqual({ value: ['transformers', 'onnxruntime:cpu'], from: 'flag', origin: '--engine' })
    expect(jobs).toEqual({ value: 7, from: 'flag', origin: '--jobs' })
    expect(baseline).toEqual({ value: null, from: 'flag', origin: '--no-baseline' })
  })

  it('then of the variable', () => {
    const { engines, jobs, require } = settle({}, environment, config)
    expect(engines).toEqual({ value: ['onnxruntime:webgpu', 'oracle'], from: 'environment', origin: 'PARITY_ENGINE' })
    expect(jobs).toEqual({ value: 5, from: 'environment', origin: 'PARITY_JOBS' })
    expect(require).toEqual({ value: false, from: 'environment', origin: 'PARITY_REQUIRE' })
  })

  it('then of the config, which an empty variable leaves alone', () => {
    const { engines, baseline, failOn } = settle({}, { PARITY_ENGINE: '' }, config)
    expect(engines).toEqual({ value: ['oracle'], from: 'config', origin: 'parity.config.ts: engines' })
    expect(baseline).toEqual({ value: 'accepted.json', from: 'config', origin: 'parity.config.ts: baseline' })
    expect(failOn).toEqual({ value: 'never', from: 'config', origin: 'parity.config.ts: failOn' })
  })

  it('then the default', () => {
    const { engines, jobs, timeout, nightly } = settle({}, {}, null)
    expect(engines).toEqual({ value: ['onnxruntime:cpu', 'onnxruntime:webgpu'], from: 'default', origin: 'default' })
    expect([jobs.value, timeout.value, nightly.value]).toEqual([null, 300, false])
  })

  it('is handed on without its origin', () => {
    const settings = settingsOf(settle({ failOn: 'drifted', nightly: true }, { PARITY_OUT: 'reports' }, config))
    expect([settings.failOn, settings.nightly, settings.out, settings.jobs]).toEqual(['drifted', true, 'reports', 3])
  })
})

describe('the recordings', () => {
  it('are those of this package with its cases only', () => {
    const recordings = (PARITY_CASES: string) => settle({}, { PARITY_CASES }, null).recordings.value
    expect(recordings('elsewhere')).toBe('references/recorded')
    expect(recordings(new URL('../../cases', import.meta.url).pathname)).toBe(
      new URL('../../references/recorded', import.meta.url).pathname,
    )
  })
})

describe('a value that a setting cannot take', () => {
  it.each([
    ['a count that is none', { jobs: '0' }, {}, 'PARITY_USAGE --jobs 0 is not a whole number of at least 1'],
    ['a fraction', { timeout: '1.5' }, {}, 'PARITY_USAGE --timeout 1.5 is not a whole number of at least 1'],
    [
      'an engine that is none',
      { engine: ['oracle', 'onnx runtime'] },
      {},
      'PARITY_USAGE --engine onnx runtime is not name[@version][:device][/dtype]',
    ],
    ['an empty name in a list', {}, { PARITY_REPORTER: 'html,' }, "PARITY_CONFIG PARITY_REPORTER='' is empty"],
    [
      'an unknown choice',
      {},
      { PARITY_FAIL_ON: 'worse' },
      'PARITY_CONFIG PARITY_FAIL_ON=worse is none of bad, drifted, regressed, never',
    ],
    ['a half truth', {}, { PARITY_NIGHTLY: 'yes' }, 'PARITY_CONFIG PARITY_NIGHTLY=yes is neither true nor false'],
    ['an empty path', { out: '' }, {}, "PARITY_USAGE --out '' is empty"],
  ])('%s is refused with its place', (_, flags, environment, message) => {
    expect(refusal(() => settle(flags, environment, null))).toBe(message)
  })
})
