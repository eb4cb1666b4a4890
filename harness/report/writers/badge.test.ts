import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { initWasm, Resvg } from '@resvg/resvg-wasm'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../reporter.js'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { makeBadges, modelOf } from './badge.js'

beforeAll(async () => {
  await initWasm(await readFile(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')))
})

const ofKind = (artifacts: readonly Artifact[], ending: string) =>
  artifacts.filter(({ path }) => path.endsWith(ending)).map(({ path, content }) => [path, String(content)] as const)

const endpoints = (...given: Parameters<typeof makeReport>) =>
  ofKind(makeBadges(makeReport(...given)), '.json').map(([path, content]) => {
    const { message, color, isError } = JSON.parse(content) as Record<string, unknown>
    return [path, message, color, isError]
  })

describe('modelOf', () => {
  it.each([
    ['gemma4/e4b-abliterated/mixed', 'e4b-abliterated'],
    ['gemma4/31b', '31b'],
    ['mine', 'mine'],
    ['mine/big/e4b/pruned', 'big/e4b'],
  ])('of %s is %s', (caseId, model) => {
    expect(modelOf(caseId)).toBe(model)
  })
})

describe('makeBadges', () => {
  it('makes one overall and one an engine and model', () => {
    expect(
      ofKind(makeBadges(everyOutcome()), '.json')
        .map((pair) => pair.join(' '))
        .join(''),
    ).toMatchInlineSnapshot(`
      "badges/parity.json {"schemaVersion":1,"label":"transformers parity","message":"4/8 · 1 regressed","color":"red","isError":true}
      badges/mlx-lm-metal-bfloat16--e2b.json {"schemaVersion":1,"label":"e2b on mlx-lm:metal/bfloat16","message":"nothing compared","color":"lightgrey","isError":false}
      badges/onnxruntime-cpu-float32--e2b.json {"schemaVersion":1,"label":"e2b on onnxruntime:cpu/float32","message":"1/1","color":"brightgreen","isError":false}
      badges/onnxruntime-webgpu-float32--e2b.json {"schemaVersion":1,"label":"e2b on onnxruntime:webgpu/float32","message":"1/1 · 1 drifted","color":"yellow","isError":false}
      badges/vllm-cuda-bfloat16--e2b.json {"schemaVersion":1,"label":"e2b on vllm:cuda/bfloat16","message":"1 not judged","color":"orange","isError":false}
      badges/onnxruntime-cpu-float32--e4b.json {"schemaVersion":1,"label":"e4b on onnxruntime:cpu/float32","message":"1/2 · 1 bad","color":"red","isError":true}
      badges/onnxruntime-webgpu-float32--e4b.json {"schemaVersion":1,"label":"e4b on onnxruntime:webgpu/float32","message":"0/1 · 1 known","color":"yellow","isError":false}
      badges/mlx-lm-metal-bfloat16--e4b.json {"schemaVersion":1,"label":"e4b on mlx-lm:metal/bfloat16","message":"0/1 · 1 regressed","color":"red","isError":true}
      badges/vllm-cuda-bfloat16--e4b.json {"schemaVersion":1,"label":"e4b on vllm:cuda/bfloat16","message":"0/1 · 1 bad","color":"red","isError":true}
      badges/onnxruntime-cpu-float32--x-octocat-1.json {"schemaVersion":1,"label":"x | @octocat | #1 \`\`\` | on onnxruntime:cpu/float32","message":"1/1","color":"brightgreen","isError":false}
      "
    `)
  })

  it('is coloured by the worst', () => {
    const first = (...given: Parameters<typeof makeReport>) => endpoints(...given)[0]
    const good = makeVerdict()
    const lost = makeVerdict({ outcome: 'error', fault: 'infrastructure' })
    const overall = 'badges/parity.json'
    expect(first(good, good)).toEqual([overall, '2/2', 'brightgreen', false])
    expect(first(good, makeVerdict({ outcome: 'known' }))).toEqual([overall, '1/2 · 1 known', 'yellow', false])
    expect(first(good, lost)).toEqual([overall, '1/1 · 1 not judged', 'orange', false])
    expect(first(lost)).toEqual([overall, '1 not judged', 'orange', false])
    expect(first(lost, makeVerdict({ outcome: 'fixed' }))).toEqual([overall, '0/1 · 1 bad', 'red', true])
    expect(first(makeVerdict({ outcome: 'skipped' }))).toEqual([overall, 'nothing compared', 'lightgrey', false])
  })

  it('gives names that are safe, and different ones where two become the same', () => {
    const engines = ['../../x', '..\\..\\X', 'con:é/\u202E', '']
    const paths = endpoints(...engines.map((engine) => makeVerdict({ engine }))).map(([path]) => path)
    expect(paths).toMatchInlineSnapshot(`
      [
        "badges/parity.json",
        "badges/unnamed--e4b.json",
        "badges/x--e4b--3d75562e.json",
        "badges/x--e4b--8765cbea.json",
        "badges/con--e4b.json",
      ]
    `)
    expect(new Set(paths).size).toBe(5)
  })

  it('draws what a browser can show, hostile names included', () => {
    const hostile = '"><script>alert(1)</script>&\u202E\u0000'
    const artifacts = makeBadges(
      makeReport(makeVerdict({ caseId: `mine/${hostile}`, engine: hostile }), makeVerdict({ outcome: 'fail' })),
    )
    const images = ofKind(artifacts, '.svg')
    expect(images).toHaveLength(3)
    for (const [, svg] of images) {
      const { width, height, pixels } = new Resvg(svg).render()
      expect(height).toBe(20)
      expect(width).toBeGreaterThan(60)
      expect(pixels.some((value) => value !== 0)).toBe(true)
    }
    const [, overall] = images[0]
    // The right half of a bad badge is red.
    const { width, pixels } = new Resvg(overall).render()
    const at = (10 * width + width - 4) * 4
    expect([...pixels.slice(at, at + 4)]).toMatchInlineSnapshot(`
      [
        208,
        70,
        70,
        255,
      ]
    `)
    expect(/<script|\u202E|\u0000/.exec(images.map(([, svg]) => svg).join(''))).toBe(null)
  })
})
