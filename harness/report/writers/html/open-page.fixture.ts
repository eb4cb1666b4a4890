import { createReadStream, existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Page } from 'playwright-core'
import { extract } from 'tar'

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  /** Part of the address behind the file, `#` included. */
  readonly hash?: string
  /** Lets a test run a program of its own in the page. */
  readonly bypassCSP?: boolean
  /** Runs before anything is loaded. */
  readonly prepare?: (page: Page) => void | Promise<void>
}

export interface OpenedPage extends AsyncDisposable {
  readonly page: Page
  readonly close: () => Promise<void>
}

/** Opens an HTML file from disk in a Chromium of its own. */
export async function openPage(file: string, options: PageOptions = {}): Promise<OpenedPage> {
  const { colorScheme = 'light', width = 1280, height = 900, hash = '', bypassCSP = false, prepare } = options
  const browser = await chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: sparticuz.args.filter((argument) => !weakened.includes(argument)),
    env: { ...process.env, LD_LIBRARY_PATH: await libraryPath() },
  })
  const close = () => browser.close()
  try {
    const context = await browser.newContext({ colorScheme, viewport: { width, height }, bypassCSP })
    const page = await context.newPage()
    await prepare?.(page)
    await page.goto(`${pathToFileURL(file).href}${hash}`)
    return { page, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What the package asks for to run in a cloud function, and what no reader of a report has. */
const weakened = ['--disable-web-security', '--allow-running-insecure-content', '--single-process']

/** Where libnss3 and what it needs are found, which not every machine has: the package's own, unpacked beside the browser. */
async function libraryPath(): Promise<string> {
  const folder = join(tmpdir(), 'al2023')
  if (!existsSync(join(folder, 'lib/libnss3.so'))) {
    await mkdir(folder, { recursive: true })
    const archive = join(
      dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
      '../../bin/al2023.tar.br',
    )
    await pipeline(createReadStream(archive), createBrotliDecompress(), extract({ cwd: folder, preserveOwner: false }))
  }
  // What is set stands first.
  return [process.env.LD_LIBRARY_PATH, join(folder, 'lib')]
    .filter((path) => path !== undefined && path !== '')
    .join(':')
}
