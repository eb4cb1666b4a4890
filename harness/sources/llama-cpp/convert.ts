import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../package-root.js'
import { WorkerFault } from '../../workers/host.js'
import { findEnvironment } from '../python/environments.js'
import type { PythonPackage } from '../python/python-package.js'
import { fillStandInFolder } from './stand-in-folder.js'
import { fileTypes, type LlamaDtype } from './types.js'

/** llama.cpp's own `convert_hf_to_gguf.py`, as a package. */
export const converterPackage: PythonPackage = {
  source: 'llama-cpp-converter',
  distribution: 'convert-hf-to-gguf',
  module: 'convert_hf_to_gguf',
  folder: join(packageRoot, 'references/llama-cpp'),
  variable: 'PARITY_PYTHON_LLAMA_CPP',
  printVersion: `import importlib.metadata; print(importlib.metadata.version('convert-hf-to-gguf'))`,
}

/** The same one beside a transformers of today, whose configs it does not understand: see docs/museum.md. */
const currentPackage: PythonPackage = {
  ...converterPackage,
  source: 'llama-cpp-converter-current',
  folder: join(packageRoot, 'references/llama-cpp/current'),
  variable: 'PARITY_PYTHON_LLAMA_CPP_CURRENT',
}

/** The converter that the option `converter` names. */
export const chooseConverter = (named: unknown): PythonPackage =>
  named === 'current' ? currentPackage : converterPackage

/** What makes a converter's environment. */
export const installCommandOf = (converter: PythonPackage): string =>
  converter === converterPackage ? 'parity doctor --install llama-cpp' : 'parity museum --install'

/** Writes a checkpoint as a GGUF with the converter's name of a type. @throws WorkerFault in the converter's own words */
export async function convert(
  converter: PythonPackage,
  checkpoint: string,
  type: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const folder = `${file}.checkpoint`
  await mkdir(folder)
  try {
    await fillStandInFolder(folder, checkpoint)
    await runPython(converter, ['-m', 'convert_hf_to_gguf', folder, '--outtype', type, '--outfile', file], signal)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Quantises a GGUF as llama.cpp's own llama-quantize does. @param library libllama */
export async function quantise(
  source: string,
  dtype: LlamaDtype,
  file: string,
  library: string,
  signal: AbortSignal,
): Promise<void> {
  const script = join(packageRoot, 'references/llama-cpp/quantise.py')
  await runPython(converterPackage, [script, library, source, file, String(fileTypes[dtype])], signal)
}

async function runPython(converter: PythonPackage, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { python, env } = await findEnvironment(converter, undefined)
  if (python === null)
    throw new WorkerFault('spawn', 'open', 'the Python environment of the converter to GGUF has not been made', {
      hint: installCommandOf(converter),
    })
  const {
    failed,
    isCanceled,
    isMaxBuffer,
    all,
    shortMessage,
    exitCode,
    signal: killer,
  } = await execa(python, args, {
    env: { HF_HUB_OFFLINE: '1', ...env },
    stdin: 'ignore',
    all: true,
    maxBuffer: 1_000_000,
    cancelSignal: signal,
    reject: false,
  })
  if (isCanceled) throw new WorkerFault('aborted', 'open', 'the conversion to GGUF was aborted')
  if (!failed) return
  const lines = all.trim().split('\n').filter(Boolean)
  const log = lines.slice(-20).join('\n')
  if (killer !== undefined && !isMaxBuffer)
    throw new WorkerFault('exited', 'open', `the converter to GGUF died of ${killer}`, { signal: killer }, log)
  const message = `the converter to GGUF: ${lines.at(-1) ?? shortMessage}`
  if (exitCode === undefined && killer === undefined) throw new WorkerFault('spawn', 'open', message, {}, log)
  throw new WorkerFault('refused', 'open', message, { errorCode: 'load-failed' }, log)
}
