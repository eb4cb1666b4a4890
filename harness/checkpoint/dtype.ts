import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from './half.js'

/** Element types that are read and written here, with their sizes in bytes. */
export const dtypeBytes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4 } as const
export type TensorDtype = keyof typeof dtypeBytes

/** Element types a weight may have. */
export const weightDtypes: readonly TensorDtype[] = ['F32', 'F16', 'BF16']

export type TensorValues = Float32Array | Float64Array | BigInt64Array | Int32Array

export function isTensorDtype(value: unknown): value is TensorDtype {
  return typeof value === 'string' && Object.hasOwn(dtypeBytes, value)
}

/** Little-endian bytes to values. F16 and BF16 are widened to float32, exactly. Takes over the buffer. */
export function decodeTensor(dtype: TensorDtype, buffer: ArrayBuffer): TensorValues {
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer)
    case 'F32':
      return new Float32Array(buffer)
    case 'F16':
      return widenFloat16(new Uint16Array(buffer))
    case 'BF16':
      return widenBfloat16(new Uint16Array(buffer))
    case 'I64':
      return new BigInt64Array(buffer)
    case 'I32':
      return new Int32Array(buffer)
  }
}

/**
 * Values to the array that holds their bytes. For F16 and BF16, a `Uint16Array` is taken as the bits themselves and
 * a `Float32Array` is rounded to the nearest, ties to even.
 */
export function encodeTensor(
  dtype: TensorDtype,
  data: TensorValues | Uint16Array,
): TensorValues | Uint16Array | undefined {
  if (dtype === 'F16' && data instanceof Float32Array) return narrowFloat16(data)
  if (dtype === 'BF16' && data instanceof Float32Array) return narrowBfloat16(data)
  const own = {
    F64: Float64Array,
    F32: Float32Array,
    F16: Uint16Array,
    BF16: Uint16Array,
    I64: BigInt64Array,
    I32: Int32Array,
  }
  return data instanceof own[dtype] ? data : undefined
}
