/** The pinned Python environment of the reference. */
import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { locateEnvironment, makeEnvironment, ownEnvironment, type PythonEnvironment } from '../python-environment.js'

const requirements = join(packageRoot, 'references/transformers/requirements.txt')

/** Where the environment is, or would be; or the user's own interpreter, where `PARITY_PYTHON` names one. */
export async function pythonEnvironment(): Promise<PythonEnvironment> {
  const own = process.env.PARITY_PYTHON
  return own === undefined || own === '' ? locateEnvironment('transformers', requirements) : ownEnvironment(own)
}

/** Makes the environment if there is none. What uv prints goes to stderr. @throws ParityError PARITY_SOURCE */
export async function installPythonEnvironment(): Promise<PythonEnvironment> {
  const environment = await pythonEnvironment()
  if (environment.ready) return environment
  await makeEnvironment('transformers', requirements)
  return { ...environment, ready: true }
}
