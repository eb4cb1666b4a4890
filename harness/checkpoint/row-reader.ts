import { open, type FileHandle } from 'node:fs/promises'
import { ParityError } from '../errors.js'
import { decodeTensor, dtypeBytes, weightDtypes } from './dtype.js'
import { readBytes, reason } from './file-bytes.js'
import type { TensorInfo } from './parse-header.js'
import { unusable } from './unusable.js'

/** Rows of a table `[rows, columns]` of F32, F16 or BF16, read from the file without loading the table. */
export class RowReader implements AsyncDisposable {
  readonly rows: number
  readonly columns: number
  readonly #info: TensorInfo
  readonly #handle: FileHandle

  private constructor(info: TensorInfo, handle: FileHandle) {
    this.rows = info.shape[0] ?? 0
    this.columns = info.shape[1] ?? 0
    this.#info = info
    this.#handle = handle
  }

  /** Keeps the file open until `close`. Throws PARITY_CHECKPOINT for anything but a table of floats. */
  static async open(info: TensorInfo): Promise<RowReader> {
    if (info.shape.length !== 2 || !weightDtypes.includes(info.dtype)) {
      const what = `tensor '${info.name}' is ${info.dtype} of shape [${info.shape.join(', ')}], not a table of weights`
      throw unusable(info.file, what, `Expected two dimensions and one of ${weightDtypes.join(', ')}.`)
    }
    const handle = await open(info.file).catch((cause: unknown) => {
      throw unusable(info.file, `cannot be opened (${reason(cause)})`, 'Check the path and its permissions.', cause)
    })
    return new RowReader(info, handle)
  }

  /** The rows as float32 `[rows.length, columns]`. Throws PARITY_USAGE for a row that the table does not have. */
  async read(rows: readonly number[]): Promise<Float32Array> {
    const { name, file, dtype, offset } = this.#info
    const values = new Float32Array(rows.length * this.columns)
    const bytes = this.columns * dtypeBytes[dtype]
    for (const [index, row] of rows.entries()) {
      if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
        const message = `there is no row ${row} in tensor '${name}', which has ${this.rows} rows`
        throw new ParityError('PARITY_USAGE', message, `Use token ids from 0 to ${this.rows - 1}.`)
      }
      const buffer = await readBytes(this.#handle, file, offset + row * bytes, bytes)
      values.set(decodeTensor(dtype, buffer) as Float32Array, index * this.columns)
    }
    return values
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** A few rows of a table `[rows, columns]` as float32 `[rows.length, columns]`; opens and closes the file. */
export async function readRows(info: TensorInfo, rows: readonly number[]): Promise<Float32Array> {
  await using reader = await RowReader.open(info)
  return await reader.read(rows)
}
