/** Run by the build: publishes the schema of `report.json` beside the compiled code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.js'
import { reportJsonSchema } from './schema.js'

writeFileSync(join(packageRoot, 'dist/report.schema.json'), `${JSON.stringify(reportJsonSchema(), null, 2)}\n`)
