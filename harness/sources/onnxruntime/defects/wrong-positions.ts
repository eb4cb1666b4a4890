import type { Gemma4Config } from '../../../checkpoint/config.js'
import type { HostEdit } from '../../../defect.js'
import { attentionMask, type FeedPositions } from '../positions.js'

/** What a program with these mistakes feeds in place of the right positions and masks. */
export function feedWrongPositions({ slidingWindow }: Gemma4Config, host: HostEdit): FeedPositions {
  return {
    start(cached, count) {
      const { add = 0, when } = host.positions ?? {}
      const isWrong =
        when === 'window-full'
          ? cached >= slidingWindow
          : when === (isPrefill(cached, count) ? 'prefilling' : 'decoding')
      return cached + (isWrong ? add : 0)
    },
    ...(host.sharedQueries === undefined ? {} : { sharedStart: (cached, count) => cached + count }),
    mask(type, cached, count) {
      const window = type === 'sliding' ? slidingWindow : (host.remembers ?? null)
      const mask = attentionMask(cached, count, window)
      if (host.mask === 'not-causal' && count > 1) showAll(mask, cached + count)
      if (host.mask === 'without-past' && count > 1) hidePast(mask, cached, cached + count)
      if (host.mask === 'window-from-piece' && type === 'sliding') widen(mask, cached, count, slidingWindow)
      return mask
    },
  }
}

const isPrefill = (cached: number, count: number) => cached === 0 || count > 1

/** Every query sees every key. */
function showAll(mask: Float32Array, all: number): void {
  mask.fill(0, 0, all * (mask.length / all))
}

/** No query of the piece sees what was there before it. */
function hidePast(mask: Float32Array, cached: number, all: number): void {
  for (let row = 0; row * all < mask.length; row++) mask.fill(-1e30, row * all, row * all + cached)
}

/** Every query of a piece sees back as far as its first one. */
function widen(mask: Float32Array, cached: number, count: number, window: number): void {
  const all = cached + count
  for (let row = 0; row < count; row++)
    mask.fill(0, row * all + Math.max(0, cached - window + 1), row * all + cached + row + 1)
}
