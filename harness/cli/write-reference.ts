/** Run by `npm run docs`: writes the reference of the commands. */
import { join } from 'node:path'
import { packageRoot } from '../package-root.js'
import { writeFileAtomically } from '../write-file.js'
import { formatReference } from './format-reference.js'
import { makeProgram } from './program.js'

await writeFileAtomically(join(packageRoot, 'docs/cli.md'), formatReference(makeProgram(true)))
