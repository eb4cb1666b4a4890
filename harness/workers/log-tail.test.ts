import { expect, test } from 'vitest'
import { LogTail } from './log-tail.js'

test('a log keeps the last 200 lines', () => {
  const log = new LogTail()
  for (let line = 1; line <= 1000; line++) log.push(Buffer.from(`line ${String(line)}\n`))
  const lines = log.text().split('\n')
  expect(lines).toHaveLength(200)
  expect([lines.at(0), lines.at(-1)]).toEqual(['line 801', 'line 1000'])
})

test('a log keeps the last 64 KiB, in whatever pieces they come', () => {
  for (const size of [1000, 64 * 1024, 1024 * 1024]) {
    const log = new LogTail()
    for (let written = 0; written < 4e6; written += size) log.push(Buffer.alloc(size, 'x'))
    log.push(Buffer.from('the end'))
    expect(log.text()).toHaveLength(64 * 1024)
    expect(log.text()).toMatch(/^x+the end$/)
  }
})

test('of a progress bar only the last state is kept', () => {
  const log = new LogTail()
  log.push(Buffer.from('loading\n 10%\r 50%\r100%\r\ndone\n'))
  expect(log.text()).toBe('loading\n100%\ndone')
})
