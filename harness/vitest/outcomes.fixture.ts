/** A test suite of somebody's: describe-parity.program.test.ts runs it with vitest, in a folder of its own. */
import { describeParity } from '../vitest.js'

describeParity({ engines: ['onnxruntime:cpu', 'onnxruntime:cuda'] })
