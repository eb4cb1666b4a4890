/** Run by the build: publishes the schema of a config file beside the compiled code, for editors. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../package-root.js'
import { configJsonSchema } from './config-schema.js'

writeFileSync(join(packageRoot, 'dist/config.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
