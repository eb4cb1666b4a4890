import { expect, it } from 'vitest'
import { workWithin } from './work-within.js'

/** Begins pieces of work that end when they are told to; `underWay` is which of them are. */
function begin(budget: { jobs: number; memory: number }, memories: readonly number[]) {
  const ends = new Map<number, { resolve: () => void; reject: (why: Error) => void }>()
  const pieces = memories.map((memory, item) => ({ item, memory }))
  const done = workWithin(budget, pieces, async (item) => {
    await new Promise<void>((resolve, reject) => ends.set(item, { resolve, reject }))
  })
  done.catch(() => undefined)
  const end = async (item: number, why?: Error) => {
    const piece = ends.get(item)
    ends.delete(item)
    if (why === undefined) piece?.resolve()
    else piece?.reject(why)
    await new Promise(setImmediate)
  }
  return { done, end, underWay: () => [...ends.keys()].sort((left, right) => left - right) }
}

it('keeps to the number of jobs', async () => {
  const { done, end, underWay } = begin({ jobs: 2, memory: 100 }, [1, 1, 1])
  expect(underWay()).toEqual([0, 1])
  await end(0)
  expect(underWay()).toEqual([1, 2])
  await end(2)
  await end(1)
  await done
})

it('keeps to the memory; what fits overtakes what does not', async () => {
  const { done, end, underWay } = begin({ jobs: 3, memory: 10 }, [6, 6, 4])
  expect(underWay()).toEqual([0, 2])
  await end(0)
  expect(underWay()).toEqual([1, 2])
  await end(1)
  await end(2)
  await done
})

it('what needs more than there is runs alone', async () => {
  const { done, end, underWay } = begin({ jobs: 3, memory: 10 }, [1, 50, 1])
  expect(underWay()).toEqual([0, 2])
  await end(0)
  expect(underWay()).toEqual([2])
  await end(2)
  expect(underWay()).toEqual([1])
  await end(1)
  await done
})

it('a failure waits for what is under way and begins nothing more', async () => {
  const { done, end, underWay } = begin({ jobs: 2, memory: 10 }, [1, 1, 1])
  await end(0, new Error('piece 0'))
  expect(underWay()).toEqual([1])
  await end(1)
  await expect(done).rejects.toThrow('piece 0')
  expect(underWay()).toEqual([])
})
