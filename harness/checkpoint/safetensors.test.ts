import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from './refusal.fixture.js'
import { streamSafetensors, writeSafetensors, type TensorToStream, type TensorToWrite } from './safetensors-writer.js'
import { readRows, readSafetensorsHeader, readTensor, RowReader, type TensorInfo } from './safetensors.js'

const special = [0, -0, 1.5, -2.25, NaN, Infinity, -Infinity, 2 ** -14]
const tensors: TensorToWrite[] = [
  { name: 'f64', dtype: 'F64', shape: [2, 4], data: Float64Array.from([...special.slice(0, 7), Math.PI]) },
  { name: 'odd bytes', dtype: 'F16', shape: [3], data: Uint16Array.of(0x3c00, 0x0001, 0xfc00) },
  { name: 'f32', dtype: 'F32', shape: [4, 2], data: Float32Array.from(special) },
  { name: 'f16', dtype: 'F16', shape: [8], data: Float32Array.from(special) },
  { name: 'bf16', dtype: 'BF16', shape: [1, 8, 1], data: Float32Array.from(special) },
  { name: 'i64', dtype: 'I64', shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  { name: 'i32', dtype: 'I32', shape: [], data: Int32Array.of(-7) },
  { name: 'none', dtype: 'F32', shape: [0, 9], data: new Float32Array(0) },
  { name: '__proto__', dtype: 'F32', shape: [1], data: Float32Array.of(3) },
  { name: 'größe "in" \\ {', dtype: 'I32', shape: [1], data: Int32Array.of(4) },
]

async function find(path: string, name: string): Promise<TensorInfo> {
  const info = (await readSafetensorsHeader(path)).get(name)
  if (!info) throw new Error(`no tensor ${name}`)
  return info
}

describe('written and read', () => {
  it('gives back every dtype, NaN and infinities included', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors')
    await writeSafetensors(path, tensors, { format: 'pt' })
    const header = await readSafetensorsHeader(path)
    expect([...header.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort())
    for (const { name, dtype, shape, data } of tensors) {
      const info = await find(path, name)
      expect(info).toMatchObject({ name, dtype, shape, file: path })
      const expected = name === 'odd bytes' ? Float32Array.of(1, 2 ** -24, -Infinity) : data
      expect(await readTensor(info), name).toEqual(expected)
    }
  })

  it('leaves nothing behind when it fails', async () => {
    const folder = await temporaryFolder()
    const wrong = { name: 'a', dtype: 'F32', shape: [3], data: new Float32Array(2) } as const
    await expect(writeSafetensors(join(folder, 'x'), [wrong])).rejects.toThrow("tensor 'a' of shape [3] takes 3 values")
    const twice = { ...wrong, shape: [2] }
    await expect(writeSafetensors(join(folder, 'x'), [twice, twice])).rejects.toThrow("tensor 'a' is given twice")
    const other = { ...wrong, dtype: 'I64', shape: [2] } as const
    await expect(writeSafetensors(join(folder, 'x'), [other])).rejects.toThrow('cannot be I64 from a Float32Array')
    await expect(writeSafetensors(join(folder, 'no', 'x'), [])).rejects.toThrow('ENOENT')
    expect(await readdir(folder)).toEqual([])
  })

  it('has its tensors start at a multiple of 8', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors')
    await writeSafetensors(path, [{ name: 'abc', dtype: 'I32', shape: [1], data: Int32Array.of(1) }])
    expect((await find(path, 'abc')).offset % 8).toBe(0)
  })
})

describe('streamed', () => {
  const halves = (...pieces: number[][]): TensorToStream => ({
    name: 'a',
    dtype: 'F16',
    shape: [2],
    pieces: () => pieces.map((piece) => Uint8Array.from(piece)),
  })

  it('is the same file piece by piece', async () => {
    const folder = await temporaryFolder()
    const [whole, streamed] = [join(folder, 'whole'), join(folder, 'streamed')]
    const tensor = { name: 'a', dtype: 'F16', shape: [2], data: Uint16Array.of(0x0201, 0x0403) } as const
    await writeSafetensors(whole, [tensor], { format: 'pt' })
    await streamSafetensors(streamed, [halves([1], [], [2, 3, 4])], { format: 'pt' })
    expect(await readFile(streamed)).toEqual(await readFile(whole))
  })

  it('leaves nothing behind where bytes are missing, left over or cannot be had', async () => {
    const folder = await temporaryFolder()
    const stream = (tensor: TensorToStream) => streamSafetensors(join(folder, 'x'), [tensor])
    await expect(stream(halves([1, 2, 3]))).rejects.toThrow("tensor 'a' takes 4 bytes, but 3 were given")
    await expect(stream(halves([1, 2, 3], [4, 5]))).rejects.toThrow("tensor 'a' takes 4 bytes, but more were given")
    const broken = () => {
      throw new Error('unreadable')
    }
    await expect(stream({ ...halves(), pieces: broken })).rejects.toThrow('unreadable')
    expect(await readdir(folder)).toEqual([])
  })
})

describe('rows', () => {
  it.each(['F32', 'F16', 'BF16'] as const)('of %s are read in any order', async (dtype) => {
    const path = join(await temporaryFolder(), 'x.safetensors')
    const data = Float32Array.from({ length: 12 }, (_, index) => index)
    await writeSafetensors(path, [{ name: 'table', dtype, shape: [4, 3], data }])
    const info = await find(path, 'table')
    expect(await readRows(info, [3, 0, 3])).toEqual(Float32Array.of(9, 10, 11, 0, 1, 2, 9, 10, 11))
    expect(await readRows(info, [])).toEqual(new Float32Array(0))

    const reader = await RowReader.open(info)
    expect([reader.rows, reader.columns]).toEqual([4, 3])
    expect(await reader.read([1])).toEqual(Float32Array.of(3, 4, 5))
    expect(await refusal(reader.read([4]))).toBe("PARITY_USAGE there is no row 4 in tensor 'table', which has 4 rows")
    expect(await refusal(reader.read([-1]))).toContain('no row -1')
    await reader.close()
  })

  it('of anything but a table of weights are refused', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors')
    await writeSafetensors(path, tensors)
    expect(await refusal(readRows(await find(path, 'f64'), [0]), path)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER: tensor 'f64' is F64 of shape [2, 4], not a table of weights"`,
    )
    expect(await refusal(readRows(await find(path, 'f16'), [0]), path)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER: tensor 'f16' is F16 of shape [8], not a table of weights"`,
    )
  })
})

it('reads of a file of 10 GB its header and the rows asked for', async () => {
  const path = join(await temporaryFolder(), 'large.safetensors')
  const [rows, columns] = [5_000_000, 1000]
  const entry = { dtype: 'BF16', shape: [rows, columns], data_offsets: [0, 1e10] }
  const start = await writeRaw(path, JSON.stringify({ table: entry }), 0)
  await truncate(path, start + 1e10)
  const handle = await open(path, 'r+')
  await handle.write(Uint8Array.of(0x80, 0x3f), 0, 2, start + (rows - 1) * columns * 2)
  await handle.close()
  const { size, blocks } = await stat(path)
  expect(size).toBeGreaterThan(1e10)
  expect(blocks * 512, 'the file must be sparse').toBeLessThan(2 ** 20)

  const before = await bytesRead()
  const [last] = await readRows(await find(path, 'table'), [rows - 1, 7])
  expect(last).toBe(1)
  expect((await bytesRead()) - before).toBeLessThan(2 ** 20)
})

/** Bytes that this process has read so far; 0 where the system does not count them. */
async function bytesRead(): Promise<number> {
  const counters = await readFile('/proc/self/io', 'utf8').catch(() => '')
  return Number(/rchar: (\d+)/.exec(counters)?.[1] ?? 0)
}

/** A file with exactly this header, followed by `bytes` zeros. Returns where they start. */
async function writeRaw(path: string, header: string, bytes: number, length?: bigint): Promise<number> {
  const json = Buffer.from(header)
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(length ?? BigInt(json.length))
  await writeFile(path, Buffer.concat([prefix, json, Buffer.alloc(bytes)]))
  return 8 + json.length
}

describe('refuses', () => {
  async function refuse(header: unknown, bytes = 8, length?: bigint): Promise<string> {
    const folder = await temporaryFolder()
    const path = join(folder, 'x.safetensors')
    await writeRaw(path, typeof header === 'string' ? header : JSON.stringify(header), bytes, length)
    return refusal(readSafetensorsHeader(path), folder)
  }
  const tensor = (changes: object) => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes } })

  it('but the plain case passes', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors')
    await writeRaw(path, JSON.stringify(tensor({})), 8)
    expect((await readSafetensorsHeader(path)).get('a')).toMatchObject({ bytes: 8 })
  })

  it('a file that is not there', async () => {
    const folder = await temporaryFolder()
    expect(await refusal(readSafetensorsHeader(join(folder, 'x')), folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x: cannot be opened (ENOENT)"`,
    )
  })

  it('a file that is too short', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'x'), 'short')
    expect(await refusal(readSafetensorsHeader(join(folder, 'x')), folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x: has 5 bytes, too few for a safetensors file"`,
    )
  })

  it('a header longer than the file', async () => {
    expect(await refuse(tensor({}), 8, 1000n)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: states a header of 1000 bytes, but only 62 bytes follow"`,
    )
    expect(await refuse(tensor({}), 8, 2n ** 64n - 1n)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: states a header of 18446744073709551615 bytes, but only 62 bytes follow"`,
    )
  })

  it('a header over the limit', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'x')
    await writeRaw(path, '{}', 0, 100_000_001n)
    await truncate(path, 200_000_000)
    expect(await refusal(readSafetensorsHeader(path), folder)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x: states a header of 100000001 bytes, over the limit of 100000000"`,
    )
  })

  it('a header that is not a JSON object', async () => {
    expect(await refuse('{"a":')).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: the header is not JSON"`,
    )
    expect(await refuse('[]')).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: the header is not a JSON object"`,
    )
    expect(await refuse({ a: 3 })).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' is not described by an object"`,
    )
    expect(await refuse('\ufeff{}')).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: the header is not JSON"`,
    )
  })

  it('a header that states a key twice', async () => {
    const entry = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    expect(await refuse(`{"a":${entry},"\\u0061":${entry}}`)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: the header states 'a' twice"`,
    )
    expect(await refuse(`{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}`)).toContain(
      "'shape' twice",
    )
  })

  it('an unknown dtype', async () => {
    expect(await refuse(tensor({ dtype: 'F8_E4M3' }))).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' has dtype "F8_E4M3", which is not read here"`,
    )
    expect(await refuse(tensor({ dtype: undefined }))).toContain("tensor 'a' has dtype missing")
    expect(await refuse(tensor({ dtype: 'constructor' }))).toContain('which is not read here')
  })

  it('a shape that is none', async () => {
    expect(await refuse(tensor({ shape: [-2] }))).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' has shape [-2]; expected a list of whole numbers from 0"`,
    )
    expect(await refuse(tensor({ shape: [1.5] }))).toContain('has shape [1.5]')
    expect(await refuse(tensor({ shape: 2 }))).toContain('has shape 2')
    expect(await refuse(tensor({ shape: [2 ** 40, 2 ** 40] }))).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' has shape [1099511627776, 1099511627776], which is too large"`,
    )
    expect(await refuse(tensor({ shape: [2 ** 62] }))).toContain('expected a list of whole numbers')
  })

  it('negative, broken or too large offsets', async () => {
    expect(await refuse(tensor({ data_offsets: [-8, 0] }))).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' has data_offsets [-8, 0]; expected two whole numbers from 0"`,
    )
    expect(await refuse(tensor({ data_offsets: [0, 8.5] }))).toContain('data_offsets [0, 8.5]')
    expect(await refuse(tensor({ data_offsets: [0] }))).toContain('data_offsets [0]')
    expect(await refuse(tensor({ data_offsets: [0, 1e300] }))).toContain('data_offsets [0, 1e+300]')
    expect(await refuse(tensor({ data_offsets: undefined }))).toContain('data_offsets missing')
    expect(await refuse(tensor({ data_offsets: [8, 0] }))).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' ends (0) before it begins (8)"`,
    )
  })

  it('offsets that do not fit the shape', async () => {
    expect(await refuse(tensor({ shape: [3] }))).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' takes 8 bytes, but F32 of shape [3] takes 12"`,
    )
  })

  it('a truncated file', async () => {
    expect(await refuse(tensor({}), 7)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'a' ends at byte 70, but the file has only 69 bytes"`,
    )
  })

  it('overlaps, holes and a rest', async () => {
    const pair = (begin: number) => ({
      ...tensor({}),
      b: { dtype: 'F32', shape: [2], data_offsets: [begin, begin + 8] },
    })
    expect(await refuse(pair(4), 12)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: tensor 'b' overlaps tensor 'a'"`,
    )
    expect(await refuse(pair(0), 8)).toContain("tensor 'b' overlaps tensor 'a'")
    expect(await refuse(pair(12), 20)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: 4 bytes between tensor 'a' and tensor 'b' belong to none"`,
    )
    expect(await refuse(tensor({ data_offsets: [4, 12] }), 12)).toContain("between the header and tensor 'a'")
    expect(await refuse(pair(8), 19)).toMatchInlineSnapshot(
      `"PARITY_CHECKPOINT FOLDER/x.safetensors: 3 bytes after tensor 'b' belong to no tensor"`,
    )
  })
})
