#!/usr/bin/env bash
# Packs the package and runs examples/vitest against the tarball, in a folder of its own. Needs Node and the npm registry.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What is packed is built here, so that a stale build cannot pass.
npm run --silent build
npm pack --silent --ignore-scripts --pack-destination "$folder" >/dev/null
cp -R examples/vitest "$folder/example"
cd "$folder/example"
npm install --silent --no-audit --no-fund --no-save ../transformers-parity-*.tgz
npx tsc --noEmit
npm test -- --reporter=default --reporter=json --outputFile.json="$folder/results.json"

node --input-type=module - "$folder/results.json" <<'NODE'
import { readFileSync } from 'node:fs'
const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
console.log(`the packed package, in a suite of its own: ${numPassedTests} of ${numTotalTests} tests passed`)
if (numPassedTests === 0 || numPassedTests < numTotalTests) process.exit(1)
NODE
