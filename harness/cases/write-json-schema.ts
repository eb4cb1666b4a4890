/** Run by the build: publishes the schema of a case file beside the compiled code, for editors. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.js'
import { caseJsonSchema } from './case-schema.js'

writeFileSync(join(packageRoot, 'dist/case.schema.json'), `${JSON.stringify(caseJsonSchema(), null, 2)}\n`)
