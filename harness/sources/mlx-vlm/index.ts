import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { explainRefusal } from '../mlx-lm/explain-refusal.js'
import type { PythonPackage } from '../python/python-package.js'
import { pythonSource } from '../python/python-source.js'

const isMac = process.platform === 'darwin'

export const mlxVlmPackage: PythonPackage = {
  source: 'mlx-vlm',
  distribution: 'mlx-vlm',
  module: 'mlx_vlm',
  folder: join(packageRoot, 'references/mlx-vlm'),
  variable: 'PARITY_PYTHON_MLX_VLM',
  printVersion: "import importlib.metadata; print(importlib.metadata.version('mlx-vlm'))",
  preferred: '0.7.10',
}

/** The text model of mlx-vlm: Metal on macOS, else the CPU. */
export const mlxVlm = pythonSource({
  package: mlxVlmPackage,
  summary: 'mlx-vlm’s text model, on Apple’s MLX',
  devices: isMac ? ['gpu', 'cpu'] : ['cpu', 'gpu'],
  dtypes: ['float32', 'float16', 'bfloat16'],
  worker: 'references/mlx-vlm/worker.py',
  refuseDevice: (device) =>
    device === 'gpu' && !isMac
      ? {
          why: 'its pinned environment has no GPU outside macOS',
          fix: 'set PARITY_PYTHON_MLX_VLM to an interpreter with mlx-vlm and mlx[cuda]',
        }
      : null,
  explainRefusal,
})
