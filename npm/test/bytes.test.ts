/** What a page pays, brotli: `index.js` at start, the rest when the page is there. Ours must stay under the smallest lasting queue's 16,030. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'

const weight = (file: string): number => brotliCompressSync(readFileSync(`${import.meta.dirname}/../dist/${file}`)).length

test('the package keeps to its weight', (t) => {
  const [start, core, bytes] = [weight('index.js'), weight('core.js'), weight('bytes.js')]
  t.diagnostic(`brotli bytes: ${start} at start, ${core} glue and requests, ${bytes} WASM; ${start + core + bytes} in all`)
  assert.ok(start <= 3_000, `${start} bytes at start`)
  assert.ok(start + core + bytes <= 16_030, `${start + core + bytes} bytes in all`)
})
