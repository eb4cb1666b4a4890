import type { LoadedCase } from '../cases/load-cases.js'
import { formatSourceId, matchesSourceId, parseSourceId } from '../source-id.js'
import type { Case, SourceId, TokenizerCase } from '../types.js'

/** What one verdict is about: a case on an engine, or a tokenizer case, which needs none. */
export type Cell =
  | { readonly item: LoadedCase & Case; readonly engine: SourceId }
  | { readonly item: LoadedCase & TokenizerCase; readonly engine: null }

export const isTokenizerCase = (item: LoadedCase): item is LoadedCase & TokenizerCase => 'tokenizer' in item
const isModelCase = (item: LoadedCase): item is LoadedCase & Case => !isTokenizerCase(item)

/** What stands in an engine's place for tokenizer cases: the harness's own tokenizer. */
export const ownTokenizer = 'tokenizers'

export const nameOfEngine = ({ engine }: Cell): string => (engine === null ? ownTokenizer : formatSourceId(engine))

/** The cells of a plan, apart from those that it leaves to the nightly run. */
export function listCells(plan: {
  readonly cases: readonly LoadedCase[]
  readonly engines: readonly SourceId[]
  readonly isNightly: boolean
  readonly isEngineNamed?: boolean
}): {
  readonly cells: readonly Cell[]
  readonly later: readonly Cell[]
} {
  const tokenizers = plan.cases.filter(isTokenizerCase).map((item) => ({ item, engine: null }))
  const models = plan.cases.filter(isModelCase).flatMap((item) => {
    return enginesOf(plan, item).map((engine) => ({ item, engine }))
  })
  const isLater = ({ item, engine }: { item: Case; engine: SourceId }) =>
    !plan.isNightly && (item.nightly ?? []).some((named) => matchesSourceId(parseSourceId(named), engine))
  return {
    cells: [...tokenizers, ...models.filter((cell) => !isLater(cell))],
    later: models.filter(isLater),
  }
}

interface Engines {
  readonly engines: readonly SourceId[]
  readonly isEngineNamed?: boolean
}

/** The engines that a case runs on: its own, unless others were asked for. */
export const enginesOf = ({ engines, isEngineNamed }: Engines, item: Pick<Case, 'engines'>): readonly SourceId[] =>
  (isEngineNamed === true ? null : item.engines?.map(parseSourceId)) ?? engines

/** Options that a case has for its own engines, whoever names them. */
const optionsOf = (
  { engines = [], options = {} }: Pick<Case, 'engines' | 'options'>,
  engine: SourceId,
): Readonly<Record<string, unknown>> => (engines.some((own) => parseSourceId(own).name === engine.name) ? options : {})

/** The plan with what a case says of its own engines: which they are, and what they are opened with. */
export const planOf = <Plan extends Engines & Pick<Case, 'options'>>(
  plan: Plan,
  item: Pick<Case, 'engines' | 'options'>,
  engine: SourceId,
): Plan => ({
  ...plan,
  engines: enginesOf(plan, item),
  options: { ...optionsOf(item, engine), ...plan.options },
})

/** `CASE on ENGINE`, the engine as it was asked for. */
export const nameOfCell = (cell: Cell): string => `${cell.item.id} on ${nameOfEngine(cell)}`
