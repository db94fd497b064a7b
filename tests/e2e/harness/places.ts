/** Where things stand in the checkout. `tests/run` builds them before this suite starts. */
import { fileURLToPath } from 'node:url'

const top = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export const checkout = top('')
export const vigie = top('target/release/vigie')
export const slackScript = top('examples/slack/server.mts')
export const quickstart = top('examples/quickstart')
export const shop = top('examples/shop')
/** Sites of this suite that have no configuration of their own; Vite and the package come from this folder's modules. */
export const bareSite = top('tests/e2e/sites/bare')
export const seedSite = top('tests/e2e/sites/seed')
export const viteOf = (folder: string) => `${folder}/node_modules/vite/bin/vite.js`
export const tests = top('tests/e2e')
/** What tests write; under target/, so that it goes with it. */
export const scratch = top('target/e2e')
