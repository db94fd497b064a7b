/** What `package.json` tells whoever installs the package. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import manifest from '../package.json' with { type: 'json' }

test('a package for the browser asks for no engine: npm would warn everyone whose Node is older', () => {
  assert.ok(!('engines' in manifest))
})
