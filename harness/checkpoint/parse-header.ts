import { dtypeBytes, isTensorDtype, type TensorDtype } from './dtype.js'
import { findDuplicateKey } from './find-duplicate-key.js'
import { damagedHint, unusable } from './unusable.js'

export interface TensorInfo {
  readonly name: string
  readonly dtype: TensorDtype
  readonly shape: readonly number[]
  /** Real path of the file. */
  readonly file: string
  /** Of the first byte, from the start of the file. */
  readonly offset: number
  readonly bytes: number
}

/** The part of a file behind its header. */
interface DataArea {
  readonly file: string
  readonly start: number
  readonly bytes: number
}

/**
 * The tensors that a safetensors header describes, in the order of their bytes. Throws PARITY_CHECKPOINT unless they fill
 * the data area exactly: no overlap, no hole, nothing outside it.
 * Format: https://huggingface.co/docs/safetensors/index#format
 */
export function parseHeader(text: string, area: DataArea): Map<string, TensorInfo> {
  const header = parseObject(text, area.file)
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => parseEntry(name, entry, area))
    .sort((one, other) => one.offset - other.offset || one.bytes - other.bytes)
  checkCoverage(tensors, area)
  return new Map(tensors.map((tensor) => [tensor.name, tensor]))
}

function parseObject(text: string, file: string): object {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (cause) {
    throw unusable(file, 'the header is not JSON', damagedHint, cause)
  }
  if (!isObject(header)) throw unusable(file, 'the header is not a JSON object', damagedHint)
  const duplicate = findDuplicateKey(text)
  if (duplicate !== undefined) throw unusable(file, `the header states '${duplicate}' twice`, damagedHint)
  return header
}

function parseEntry(name: string, entry: unknown, area: DataArea): TensorInfo {
  const wrong = (what: string, hint = damagedHint) => unusable(area.file, `tensor '${name}' ${what}`, hint)

  if (!isObject(entry)) throw wrong('is not described by an object')
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>
  if (!isTensorDtype(dtype)) {
    const readable = Object.keys(dtypeBytes).join(', ')
    throw wrong(`has dtype ${show(dtype)}, which is not read here`, `Save it in one of ${readable}.`)
  }
  if (!isCounts(shape)) throw wrong(`has shape ${show(shape)}; expected a list of whole numbers from 0`)
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw wrong(`has data_offsets ${show(offsets)}; expected two whole numbers from 0`)
  }

  const [begin = 0, end = 0] = offsets
  const bytes = multiply([...shape, dtypeBytes[dtype]])
  if (bytes === undefined) throw wrong(`has shape ${show(shape)}, which is too large`)
  if (begin > end) throw wrong(`ends (${end}) before it begins (${begin})`)
  if (end - begin !== bytes) {
    throw wrong(`takes ${end - begin} bytes, but ${dtype} of shape ${show(shape)} takes ${bytes}`)
  }
  if (end > area.bytes) {
    throw wrong(`ends at byte ${area.start + end}, but the file has only ${area.start + area.bytes} bytes`)
  }
  return { name, dtype, shape, file: area.file, offset: area.start + begin, bytes }
}

/** Overlaps first: a tensor moved onto another leaves a hole too, and is the cause of it. */
function checkCoverage(sorted: readonly TensorInfo[], area: DataArea): void {
  for (const [i, { name, offset }] of sorted.entries()) {
    const before = sorted[i - 1]
    if (before !== undefined && offset < before.offset + before.bytes) {
      throw unusable(area.file, `tensor '${name}' overlaps tensor '${before.name}'`, damagedHint)
    }
  }
  let end = area.start
  let last = 'the header'
  for (const { name, offset, bytes } of sorted) {
    if (offset > end) {
      throw unusable(
        area.file,
        `${offset - end} bytes between ${last} and tensor '${name}' belong to none`,
        damagedHint,
      )
    }
    end = offset + bytes
    last = `tensor '${name}'`
  }
  const rest = area.start + area.bytes - end
  if (rest > 0) throw unusable(area.file, `${rest} bytes after ${last} belong to no tensor`, damagedHint)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && Number(item) >= 0)
}

/** The product, or `undefined` where it is no exact number. */
function multiply(factors: readonly number[]): number | undefined {
  if (factors.includes(0)) return 0
  const product = factors.reduce((one, other) => one * other, 1)
  return Number.isSafeInteger(product) ? product : undefined
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).replaceAll(',', ', ')
}
