/** `calls.json` says what each function of the browser API records; the core's visitor without a browser is held to it too. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import calls from './calls.json' with { type: 'json' }
import { openPage, OPTIONS, settled } from './page.ts'

for (const { call, arguments: given, event } of calls) {
  test(`${call}(${given.map((one) => JSON.stringify(one)).join(', ')})`, async () => {
    const page = await openPage()
    page.vigie.init(OPTIONS)
    const [group = '', name] = call.split('.')
    const found = (page.vigie as Record<string, any>)[group]
    const said = name ? found[name] : found
    said(...given)
    await settled(page)
    const [stored] = page.stored()
    assert.deepEqual({ ...stored, ...event }, stored)
  })
}
