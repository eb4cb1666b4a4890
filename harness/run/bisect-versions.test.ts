import { describe, expect, it } from 'vitest'
import { bisectVersions, type Probe } from './bisect-versions.js'

/** `g`, `b` and `?` are good, bad and untestable; the versions are called 0, 1, 2, … */
function search(line: string, oldest: 'good' | 'bad') {
  const standings = { g: 'good', b: 'bad', '?': 'untestable' } as const
  const asked: number[] = []
  const probe = (version: string): Promise<Probe> => {
    asked.push(Number(version))
    const standing = standings[line[Number(version)] as keyof typeof standings]
    return Promise.resolve({ version, standing, reason: `${version} is ${standing}` })
  }
  const versions = Array.from(line, (_, i) => String(i))
  return bisectVersions(versions, oldest, probe).then((result) => ({ result, asked }))
}

describe('finds the change', () => {
  it.each([
    ['gb', 'good', 0, 1],
    ['gggggb', 'good', 4, 5],
    ['gbbbbb', 'good', 0, 1],
    ['gggbbbbb', 'good', 2, 3],
    ['bbbbgg', 'bad', 3, 4],
  ] as const)('in %s, from %s', async (line, oldest, last, first) => {
    const { result } = await search(line, oldest)
    expect(result).toMatchObject({ last: { version: String(last) }, first: { version: String(first) }, between: [] })
  })

  it('wherever it is, in as many questions as a halving needs, none twice', async () => {
    for (let good = 1; good < 64; good++) {
      const { result, asked } = await search('g'.repeat(good) + 'b'.repeat(64 - good), 'good')
      expect(result).toMatchObject({ last: { version: String(good - 1) }, first: { version: String(good) } })
      expect(new Set(asked).size).toBe(asked.length)
      expect(asked.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(63)))
    }
  })

  it('one of several, where the verdict goes to and fro', async () => {
    const line = 'ggbggbbgb'
    const { result } = await search(line, 'good')
    if (result.kind !== 'found') throw new Error(result.kind)
    const [last, first] = [Number(result.last.version), Number(result.first.version)]
    expect(first - last).toBe(1)
    expect(line.slice(last, first + 1)).toBe('gb')
  })
})

describe('a version that cannot be tested', () => {
  it('gives way to its neighbour', async () => {
    const { result } = await search('ggg?bbb', 'good')
    expect(result).toMatchObject({ last: { version: '2' }, first: { version: '4' }, between: [{ version: '3' }] })
  })

  it('beside the change does no harm elsewhere', async () => {
    const { result } = await search('gggg?ggbb', 'good')
    expect(result).toMatchObject({ last: { version: '6' }, first: { version: '7' }, between: [] })
  })

  it('leaves a range where all between the ends are such', async () => {
    const { result } = await search('g????b', 'good')
    expect(result).toMatchObject({ last: { version: '0' }, first: { version: '5' } })
    expect(result.kind === 'found' && result.between.map(({ version }) => version)).toEqual(['1', '2', '3', '4'])
  })
})

it.each([
  ['gggg', 'good', '3', 'bad'],
  ['bbbb', 'good', '0', 'good'],
  ['gbbb', 'bad', '3', 'good'],
  ['?ggb', 'good', '0', 'good'],
  ['ggg?', 'good', '3', 'bad'],
] as const)('asks the ends first: in %s, from %s, %s is not what it should be', async (line, oldest, end, said) => {
  const { result, asked } = await search(line, oldest)
  expect(result).toMatchObject({ kind: 'wrong-end', end: { version: end }, said })
  expect(asked.length).toBeLessThanOrEqual(2)
})
