import type { Planted } from './plant-defects.js'

/** The share of defects whose layer and part a bisection must name: the bar that the project sets itself. */
export const leastShare = 0.9

export interface Score {
  readonly right: number
  readonly total: number
  /** Of 1. */
  readonly share: number
}

/** How many of the defects that were bisected were found where they sit; null where none was bisected. */
export function scoreBisections(planted: readonly Planted[]): Score | null {
  const located = planted.flatMap(({ located }) => located ?? [])
  if (located.length === 0) return null
  const right = located.filter(({ isRight }) => isRight).length
  return { right, total: located.length, share: right / located.length }
}
