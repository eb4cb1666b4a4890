import { ByteFallbackDecoder, type LibraryDecoder } from './libraries.js'

/** Tokens that stand for one byte: `<0xE2>`. */
const byteToken = /^<0x([0-9A-Fa-f]{2})>$/

/**
 * The byte fallback of Python's tokenizers: a run of bytes that is not UTF-8 becomes one U+FFFD a byte, and U+FEFF is a
 * character like any other. The library's own decodes as browsers do: it joins broken bytes and drops a leading U+FEFF.
 */
class ByteFallback extends ByteFallbackDecoder {
  override decode_chain(tokens: string[]): string[] {
    const decoded: string[] = []
    let bytes: number[] = []
    const flush = () => {
      if (bytes.length > 0) decoded.push(decodeRun(bytes))
      bytes = []
    }
    for (const token of tokens) {
      const [, hex] = byteToken.exec(token) ?? []
      if (hex !== undefined) {
        bytes.push(parseInt(hex, 16))
        continue
      }
      flush()
      decoded.push(token)
    }
    flush()
    return decoded
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeRun(bytes: readonly number[]): string {
  try {
    return utf8.decode(Uint8Array.from(bytes))
  } catch {
    return '\uFFFD'.repeat(bytes.length)
  }
}

/** A decoder of the library that decodes bytes as Python does. */
export function decodeBytesLikePython(decoder: LibraryDecoder): LibraryDecoder {
  if (decoder.config.type === 'ByteFallback') return new ByteFallback(decoder.config)
  if (decoder.decoders !== undefined) decoder.decoders = decoder.decoders.map(decodeBytesLikePython)
  return decoder
}
