import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { floatDtypes } from '../../types.js'
import type { PythonPackage } from '../python/python-package.js'
import { pythonSource } from '../python/python-source.js'
import { withTorchDevices } from './torch-devices.js'

export const transformersPackage: PythonPackage = {
  source: 'transformers',
  distribution: 'transformers',
  module: 'transformers',
  folder: join(packageRoot, 'references/transformers'),
  variable: 'PARITY_PYTHON',
  printVersion: "import importlib.metadata; print(importlib.metadata.version('transformers'))",
  preferred: '5.23.0',
}

/** Python transformers: the reference in its preferred version, an engine in any. */
export const transformers = withTorchDevices(
  pythonSource({
    package: transformersPackage,
    summary: 'Python transformers, the reference',
    devices: ['cpu', 'cuda', 'mps'],
    dtypes: ['float32', ...floatDtypes.filter((dtype) => dtype !== 'float32')],
    worker: 'references/transformers/worker.py',
    // PyTorch's vectorised float32 power errs by an ulp now and then, which moves rotary frequencies; the truth may not
    // depend on the processor.
    env: ({ dtype }): Readonly<Record<string, string>> =>
      dtype === 'float64' ? { ATEN_CPU_CAPABILITY: 'default' } : {},
  }),
)
