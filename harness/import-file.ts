import { join } from 'node:path'
import { createJiti } from 'jiti'
import { ParityError, type ParityErrorCode } from './errors.js'
import { packageRoot } from './package-root.js'

/**
 * The default export of `file`, an absolute path. Runs a TypeScript file without a build; it may import this package by
 * name wherever it stands.
 *
 * @throws ParityError `code` with `hint`, where the file is missing or throws
 */
export async function importFile(file: string, code: ParityErrorCode, hint: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, { alias: { 'transformers-parity': join(packageRoot, 'dist/index.js') } })
  try {
    return await jiti.import(file, { default: true })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ParityError(code, `${file} cannot be loaded: ${why}`, hint, { cause })
  }
}
