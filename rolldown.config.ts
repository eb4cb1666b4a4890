import { readFile } from 'node:fs/promises'
import { defineConfig } from 'rolldown'

const client = 'harness/report/writers/html/client'

/** What the HTML report runs in the browser, as two files that it takes in: `client.js` and `client.css`. */
export default defineConfig({
  input: `${client}/main.ts`,
  tsconfig: `${client}/tsconfig.json`,
  platform: 'browser',
  logLevel: 'silent',
  output: { file: 'dist/report/writers/html/client.js', format: 'iife', minify: true, cleanDir: false },
  plugins: [
    {
      name: 'client-style',
      async generateBundle() {
        this.emitFile({ type: 'asset', fileName: 'client.css', source: await readFile(`${client}/client.css`, 'utf8') })
      },
    },
  ],
})
