import type { TensorDtype } from '../dtype.js'
import type { TensorInfo } from '../safetensors.js'

/** A tensor of the new checkpoint, and where its values come from. */
export interface PlannedTensor {
  readonly name: string
  readonly dtype: TensorDtype
  readonly source: TensorInfo
  /** `added`: a copy of a tensor that the source has under another name, and keeps there. */
  readonly origin: 'kept' | 'added'
  /** The source's file that it stays in, or joins, where no other number of files is wanted. */
  readonly home: string
}
