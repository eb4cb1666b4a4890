import { createRequire } from 'node:module'

/** Version of the installed onnxruntime-node. */
export const onnxruntimeVersion: string = (
  createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
).version
