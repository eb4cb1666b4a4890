/** The part of node-llama-cpp that is used here. It is an optional peer, so that its own types may not be there. */

export interface NodeLlamaCpp {
  getLlama(options: {
    readonly gpu: string | false
    readonly build: 'never'
    readonly skipDownload: true
    readonly progressLogs: false
    readonly maxThreads: number
    readonly logLevel: 'warn'
    readonly logger: (level: string, message: string) => void
  }): Promise<Llama>
}

interface Llama {
  getGpuDeviceNames(): Promise<string[]>
  loadModel(options: { readonly modelPath: string; readonly gpuLayers: number | 'max' }): Promise<LlamaModel>
  dispose(): Promise<void>
}

export interface LlamaModel {
  readonly fileInfo: {
    readonly metadata: {
      readonly general: { readonly architecture: string; readonly file_type?: number }
      readonly tokenizer: { readonly ggml: { readonly tokens?: readonly string[] } }
    }
  }
  createContext(options: {
    readonly contextSize: number
    readonly batchSize: number
    readonly threads: number
    readonly flashAttention: boolean | 'auto'
    readonly experimentalKvCacheKeyType: string
    readonly experimentalKvCacheValueType: string
  }): Promise<LlamaContext>
}

interface LlamaContext {
  getSequence(): LlamaSequence
  dispose(): Promise<void>
}

export interface LlamaSequence {
  /** Runs tokens behind those that it holds, and tells of those that are marked what comes next. */
  controlledEvaluate(
    input: readonly (number | readonly [token: number, wanted: { readonly generateNext: Wanted }])[],
    options: { onTokenResult(index: number, result: TokenResult): void },
  ): Promise<unknown>
}

interface Wanted {
  readonly token: true
  readonly logits: true
}

interface TokenResult {
  readonly next: { readonly token: number | null; readonly logits: Map<number, number> }
}
