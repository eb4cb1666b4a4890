import { expect, test } from 'vitest'
import { makeRunArguments, outOf } from './run-arguments.js'

test('inputs become arguments, one value each, whatever a shell would make of them', () => {
  const environment = {
    INPUT_ENGINE: 'onnxruntime:cpu, onnxruntime:webgpu',
    INPUT_CASES: 'gemma4/e2b/*\n$(touch /tmp/owned); `id`\n',
    INPUT_BASELINE: 'my reports/baseline.json',
    INPUT_HISTORY: 'history.jsonl',
    INPUT_FAIL_ON: 'regressed',
    INPUT_SHARD: '2/4',
    INPUT_REPORTERS: 'github\n./mine.js',
    INPUT_ARGS: '--nightly\n--defect=softcap-dropped\n',
    INPUT_OUT: 'out put',
  }
  expect(makeRunArguments(environment)).toEqual([
    'run',
    '--nightly',
    '--defect=softcap-dropped',
    '--engine=onnxruntime:cpu',
    '--engine=onnxruntime:webgpu',
    '--case=gemma4/e2b/*',
    '--case=$(touch /tmp/owned); `id`',
    '--baseline=my reports/baseline.json',
    '--history=history.jsonl',
    '--fail-on=regressed',
    '--shard=2/4',
    '--reporter=terminal',
    '--reporter=json',
    '--reporter=jsonl',
    '--reporter=github',
    '--reporter=./mine.js',
    '--out=out put',
  ])
  expect(outOf(environment)).toBe('out put')
})

test('inputs that nobody set are empty, and leave it to the project', () => {
  const environment = { INPUT_ENGINE: '', INPUT_CASES: ' \n ', INPUT_BASELINE: 'none', INPUT_ARGS: '', INPUT_OUT: '' }
  expect(makeRunArguments(environment)).toEqual([
    'run',
    '--no-baseline',
    ...['terminal', 'json', 'jsonl', 'markdown', 'html', 'junit', 'badge', 'github'].map(
      (name) => `--reporter=${name}`,
    ),
    '--out=parity-report',
  ])
})

test('a value that looks like a flag stays a value', () => {
  expect(makeRunArguments({ INPUT_CASES: '--out=/' })[1]).toBe('--case=--out=/')
})
