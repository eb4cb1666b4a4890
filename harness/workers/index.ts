/** What a program needs to be an engine: `transformers-parity/worker`. */
export type { Decoded, Row } from './decode.js'
export { serveDecoder, type Decoder, type DecoderIdentity } from './serve-decoder.js'
export { serveWorker, type Observed, type Opened, type WorkerHandlers, type WorkerIdentity } from './serve.js'
