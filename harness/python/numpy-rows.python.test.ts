/** Rows of logits that a worker around references/decoder.py may give, in the Python that has NumPy. */
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { packageRoot } from '../package-root.js'
import { findEnvironment } from '../sources/python/environments.js'
import { transformersPackage } from '../sources/transformers/index.js'

it.each([
  ['float16', 'd'],
  ['float32', 'f'],
  ['float64', 'd'],
])('takes a row of NumPy in %s', async (dtype, kept) => {
  const { python } = await findEnvironment(transformersPackage, undefined)
  if (python === null) throw new Error('transformers is not installed')
  const script = `import numpy, decoder; print(decoder.as_floats(numpy.array([1, 2.5], dtype="${dtype}")))`
  const env = { PYTHONPATH: join(packageRoot, 'references') }
  const { stdout } = await execa(python, ['-c', script], { env })
  expect(stdout).toBe(`array('${kept}', [1.0, 2.5])`)
})
