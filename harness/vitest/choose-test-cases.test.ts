import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { chooseTestCases } from './choose-test-cases.js'

const made = { id: 'made/here', checkpoint: 'weights', prompts: [{ id: 'one', tokens: [2] }], generate: 1 }
const idsOf = async (...args: Parameters<typeof chooseTestCases>) =>
  (await chooseTestCases(...args)).map(({ id }) => id)

it('selects from folders, and takes every case that is given as such', async () => {
  const others = { ...made, suite: 'others' }
  expect(await idsOf(['cases/gemma4', others], { case: ['gemma4/e2b/*'] })).toEqual([
    'gemma4/e2b/pruned',
    'gemma4/e2b/redundant',
    'made/here',
  ])
  expect(await idsOf([others], { case: ['gemma4/*'] })).toEqual(['made/here'])
})

it('takes a checkpoint as relative to the current folder, or from the hub', async () => {
  const onHub = { ...made, id: 'hub', checkpoint: 'hub:OWNER/NAME@main' }
  const cases = await chooseTestCases([made, onHub], {})
  expect(cases.map(({ checkpoint }) => checkpoint)).toEqual([resolve('weights'), 'hub:OWNER/NAME@main'])
})

it.each([
  ['a folder that is not there', ['nowhere'], 'there is no folder nowhere'],
  ['a case that is wrong', [{ ...made, generate: 0 }], 'case.generate of made/here: '],
  ['a case that is there twice', [made, made], 'two cases have the id made/here'],
  ['a selection of nothing', ['cases/hub'], 'no case matches'],
])('refuses %s', async (_, places, message) => {
  await expect(chooseTestCases(places, {})).rejects.toThrow(message)
})
