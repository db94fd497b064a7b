/**
 * Makes `dist` of `src`: two modules of JavaScript, minified, and the types.
 *
 * `index.js` is what a page loads at start; it asks for `core.js` and `bytes.js` when it is there. Both stay outside of it, so
 * that any bundler that meets the package sees three modules and no file that it would have to know about.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const top = fileURLToPath(new URL('..', import.meta.url))

for (const [entry, external] of [
  ['index', ['./core.js', './bytes.js']],
  ['core', []],
]) {
  const bundle = await rolldown({ cwd: top, input: `src/${entry}.ts`, external, platform: 'browser' })
  await bundle.write({ file: `dist/${entry}.js`, format: 'esm', minify: true, codeSplitting: false, comments: false })
  await bundle.close()
}
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { cwd: top, stdio: 'inherit' })
