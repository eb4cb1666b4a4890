import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import type { PythonPackage } from '../python/python-package.js'
import { pythonSource } from '../python/python-source.js'
import { explainRefusal } from './explain-refusal.js'

const isMac = process.platform === 'darwin'

/** Read from the file that holds it: importing mlx-lm takes seconds, and a working tree has no metadata. */
const printVersion = `
import importlib.util, runpy, sys
spec = importlib.util.find_spec('mlx_lm') or sys.exit("No module named 'mlx_lm'")
folder = spec.submodule_search_locations[0]
print(runpy.run_path(folder + '/_version.py')['__version__'])
`

export const mlxLmPackage: PythonPackage = {
  source: 'mlx-lm',
  distribution: 'mlx-lm',
  module: 'mlx_lm',
  folder: join(packageRoot, 'references/mlx-lm'),
  variable: 'PARITY_PYTHON_MLX_LM',
  printVersion,
}

/** mlx-lm: Metal on macOS, else the CPU. */
export const mlxLm = pythonSource({
  package: mlxLmPackage,
  summary: 'mlx-lm, on Apple’s MLX',
  devices: isMac ? ['gpu', 'cpu'] : ['cpu', 'gpu'],
  dtypes: ['float32', 'float16', 'bfloat16'],
  worker: 'references/mlx-lm/worker.py',
  refuseDevice: (device) =>
    device === 'gpu' && !isMac
      ? {
          why: 'its pinned environment has no GPU outside macOS',
          fix: 'set PARITY_PYTHON_MLX_LM to an interpreter with mlx-lm and mlx[cuda]',
        }
      : null,
  explainRefusal,
})
