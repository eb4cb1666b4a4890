import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OutputFolder } from './write-artifacts.js'

let temporary: string
let out: string
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'parity-artifacts-'))
  out = join(temporary, 'out')
})
afterEach(() => rm(temporary, { recursive: true, force: true }))

const read = (path: string) => readFile(join(out, path), 'utf8')

describe('write', () => {
  it('writes text and bytes, and makes the folders', async () => {
    const output = new OutputFolder(out)
    await output.write('mine', [
      { path: 'a.txt', content: 'a' },
      { path: 'deep/er/b.bin', content: new Uint8Array([98]) },
    ])
    expect((await readdir(out, { recursive: true })).sort()).toEqual(['a.txt', 'deep', 'deep/er', 'deep/er/b.bin'])
    expect([await read('a.txt'), await read('deep/er/b.bin')]).toEqual(['a', 'b'])
  })

  it.each([
    '',
    '.',
    '..',
    '../a',
    'a/../../b',
    'a/./b',
    '/etc/passwd',
    'a//b',
    'a/',
    'C:/a',
    'C:\\a',
    '..\\a',
    'a\0b',
    'a\nb',
    'a:stream',
    'a ',
    'a.',
  ])('refuses %j and writes nothing at all', async (path) => {
    const output = new OutputFolder(out)
    const artifacts = [
      { path: 'good', content: 'x' },
      { path, content: 'x' },
    ]
    await expect(output.write('mine', artifacts)).rejects.toThrow(
      `${JSON.stringify(path)} is not a path inside the output folder`,
    )
    await expect(output.append('mine', path, 'x')).rejects.toThrow('is not a path inside the output folder')
    expect(await readdir(temporary)).toEqual([])
  })

  it('refuses what is no text', async () => {
    const artifact = { path: 7, content: 'x' } as unknown as { path: string; content: string }
    await expect(new OutputFolder(out).write('mine', [artifact])).rejects.toThrow('7 is not a path')
  })

  it('follows no link out of the folder, and makes nothing behind one', async () => {
    await mkdir(out)
    await mkdir(join(temporary, 'elsewhere'))
    await symlink(join(temporary, 'elsewhere'), join(out, 'link'))
    const output = new OutputFolder(out)
    for (const path of ['link/a', 'link/deep/a']) {
      await expect(output.write('mine', [{ path, content: 'x' }])).rejects.toThrow('outside the output folder')
    }
    expect(await readdir(join(temporary, 'elsewhere'))).toEqual([])
  })

  it('replaces a link that stands where a file should, and not what it leads to', async () => {
    await mkdir(out)
    await writeFile(join(temporary, 'precious'), 'precious')
    for (const path of ['a', 'b']) await symlink(join(temporary, 'precious'), join(out, path))
    const output = new OutputFolder(out)
    await output.write('mine', [{ path: 'a', content: 'x' }])
    await output.begin('mine')
    await output.append('mine', 'b', 'y')
    await output.close()
    expect([await read('a'), await read('b')]).toEqual(['x', 'y\n'])
    expect(await readFile(join(temporary, 'precious'), 'utf8')).toBe('precious')
  })

  it('leaves a path to the reporter that named it first, whatever its case', async () => {
    const output = new OutputFolder(out)
    await output.write('first', [{ path: 'a.txt', content: '1' }])
    await expect(output.write('second', [{ path: 'A.txt', content: '2' }])).rejects.toThrow(
      '"A.txt" is a file of the reporter first',
    )
    await expect(output.append('second', 'a.txt', '2')).rejects.toThrow('"a.txt" is a file of the reporter first')
    await expect(
      output.write('second', [
        { path: 'b', content: '1' },
        { path: 'b', content: '2' },
      ]),
    ).rejects.toThrow('two of its artifacts have the same path')
    expect(await read('a.txt')).toBe('1')
  })

  it('says so where there is no folder', async () => {
    await expect(new OutputFolder(null).write('mine', [{ path: 'a', content: '' }])).rejects.toThrow('add --out')
  })
})

describe('append', () => {
  it('holds lines until it may begin, and keeps the file of the run before until then', async () => {
    await mkdir(out)
    await writeFile(join(out, 'log'), 'before\n')
    const output = new OutputFolder(out)
    await output.append('mine', 'log', '1')
    await output.append('mine', 'log', '2')
    expect(await read('log')).toBe('before\n')
    await output.begin('mine')
    expect(await read('log')).toBe('1\n2\n')
    await output.append('mine', 'log', '3')
    expect(await read('log')).toBe('1\n2\n3\n')
    await output.close()
    expect(await readdir(out)).toEqual(['log'])
  })

  it('begins a file anew that gets its first line late', async () => {
    await mkdir(out)
    await writeFile(join(out, 'log'), 'before\n')
    const output = new OutputFolder(out)
    await output.begin('mine')
    await output.append('mine', 'log', '1')
    expect(await read('log')).toBe('1\n')
    await output.close()
  })

  it('keeps the order of lines that nobody waits for', async () => {
    const output = new OutputFolder(out)
    await output.begin('mine')
    const lines = Array.from({ length: 50 }, (_, i) => String(i))
    await Promise.all(lines.map((line) => output.append('mine', 'log', line)))
    await output.close()
    expect(await read('log')).toBe(lines.map((line) => `${line}\n`).join(''))
  })

  it('refuses two lines in one', async () => {
    const output = new OutputFolder(out)
    for (const line of ['a\nb', 'a\r']) {
      await expect(output.append('mine', 'log', line)).rejects.toThrow('is more than one')
    }
  })
})
