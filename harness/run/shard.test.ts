import { describe, expect, it } from 'vitest'
import { parseShard, splitCells } from './shard.js'

describe('parseShard', () => {
  it('reads a part of a run', () => {
    expect(parseShard('2/4')).toEqual({ index: 2, total: 4 })
    expect(parseShard('1/1')).toEqual({ index: 1, total: 1 })
  })

  it.each(['0/4', '5/4', '2', '2/', '/4', '2/4/6', '-1/4', '1.5/4', ' 1/4', '1/99999', ''])('refuses %j', (text) => {
    expect(() => parseShard(text)).toThrow(`--shard ${text} is not a part of a run`)
  })
})

/** Numbers from 0 to 1, the same each time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    yield state / 2 ** 31
  }
}

interface Run {
  readonly names: string[]
  readonly times: ReadonlyMap<string, number>
  readonly total: number
}

/** Runs of 0 to 40 cells in 1 to 8 parts, a fifth of them without a time. */
const runs = Array.from({ length: 200 }, (_, seed): Run => {
  const random = numbers(seed + 1)
  const names = Array.from({ length: Math.floor(random.next().value * 41) }, (_, i) => `case/${i} on engine`)
  const timed = names.filter(() => random.next().value > 0.2)
  const times = new Map(timed.map((name) => [name, Math.floor(random.next().value ** 3 * 60_000)]))
  return { names, times, total: 1 + Math.floor(random.next().value * 8) }
})

const split = ({ names, times, total }: Run) => splitCells(names, total, (name) => times.get(name))

describe('splitCells', () => {
  it('puts every name into one part', () => {
    for (const run of runs) {
      const parts = split(run)
      expect(parts.length).toBe(run.total)
      expect(parts.flat().sort()).toEqual([...run.names].sort())
    }
  })

  it('gives the same parts whatever the order of the names', () => {
    for (const run of runs) {
      const random = numbers(run.names.length + 7)
      const shuffled = run.names
        .map((name) => ({ name, at: random.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ name }) => name)
      expect(split({ ...run, names: shuffled })).toEqual(split(run))
    }
  })

  it('leaves no part longer than another by more than its longest name', () => {
    for (const run of runs) {
      const known = run.names.map((name) => run.times.get(name)).filter((time) => time !== undefined)
      const median = known.sort((a, b) => a - b).at(Math.floor(known.length / 2)) ?? 1
      const timesOf = (part: string[]) => part.map((name) => run.times.get(name) ?? median)
      const parts = split(run).map(timesOf)
      const sums = parts.map((times) => times.reduce((sum, time) => sum + time, 0))
      expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(Math.max(0, ...parts.flat()))
    }
  })

  it('takes the longest first', () => {
    const times: Record<string, number> = { a: 3, b: 3, c: 2, d: 2, e: 2, f: 6 }
    expect(splitCells(Object.keys(times), 3, (name) => times[name])).toEqual([['f'], ['a', 'c', 'e'], ['b', 'd']])
  })

  it('counts names where there are no times, and where they are 0', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    expect(splitCells(names, 2, () => undefined)).toEqual([
      ['a', 'c', 'e'],
      ['b', 'd'],
    ])
    expect(splitCells(names, 2, () => 0)).toEqual([
      ['a', 'c', 'e'],
      ['b', 'd'],
    ])
  })

  it('leaves parts empty where there are more of them than names', () => {
    expect(splitCells(['a'], 3, () => 5)).toEqual([['a'], [], []])
  })
})
