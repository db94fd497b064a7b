/**
 * What one call costs the page's main thread: the built package beside twenty lines of plain JavaScript that keep events in
 * memory and post them, in the same Chromium in the same minute.
 *
 * `node tests/bench/track.mjs`, once the package is built. The page is cross-origin isolated, for only then is its clock fine enough to time one call (5 µs).
 */
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const root = new URL('../../', import.meta.url)
const { chromium } = createRequire(new URL('tests/e2e/package.json', root))('playwright-core')

const CALLS = 2_000
const ROUNDS = 5

/** Twenty lines: an id, a time, a list, a post each five seconds or twenty events. No retry, nothing kept over the page's end. */
const PLAIN = `
  let waiting = []
  let timer
  const session = crypto.randomUUID()
  const send = () => {
    clearTimeout(timer)
    timer = undefined
    const body = JSON.stringify({ sentAt: new Date().toISOString(), sessionId: session, events: waiting })
    waiting = []
    fetch('/v1/batch?key=k', { method: 'POST', body }).then((answer) => answer.text())
  }
  export const track = (eventType, properties) => {
    waiting.push({ id: crypto.randomUUID(), timestamp: new Date().toISOString(), eventType, page: location.pathname, ...properties })
    if (waiting.length >= 20) send()
    else timer ??= setTimeout(send, 5000)
  }
`

const PAGE = `<!doctype html><title>bench</title><script type="module">
  import { track as plain } from '/plain.js'
  import { init, track, flush } from '/dist/index.js'
  const started = performance.now()
  init({ key: 'k', endpoint: location.origin, traffic: 'synthetic' })
  const initMs = performance.now() - started
  track('warm_up'); await flush()
  const call = { vigie: (n) => track('quiz_step', { step: n, variant: 'a' }), plain: (n) => plain('quiz_step', { step: n, variant: 'a' }) }
  // A call in a task of its own, as in a page; a burst would measure the queue alone.
  const one = (name, n) => new Promise((done) => setTimeout(() => {
    const began = performance.now(); call[name](n); done((performance.now() - began) * 1000)
  }))
  window.measure = async (name, calls) => {
    const times = []
    for (let n = 0; n < calls; n++) times.push(await one(name, n))
    return times
  }
  window.burst = (name, calls) => {
    const began = performance.now()
    for (let n = 0; n < calls; n++) call[name](n)
    return (performance.now() - began) * 1000 / calls
  }
  window.initMs = initMs
</script>`

const server = createServer(async (request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
  if (request.method === 'POST') {
    request.resume().on('end', () => response.writeHead(202, headers).end('{"accepted":20,"duplicates":0,"refused":[]}'))
  } else if (path.startsWith('/dist/')) {
    const file = await readFile(new URL(`npm${path}`, root)).catch(() => null)
    response.writeHead(file ? 200 : 404, { ...headers, 'Content-Type': 'text/javascript' }).end(file)
  } else {
    const script = path === '/plain.js'
    response.writeHead(200, { ...headers, 'Content-Type': script ? 'text/javascript' : 'text/html' }).end(script ? PLAIN : PAGE)
  }
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
try {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.waitForFunction('window.measure')
  const times = { vigie: [], plain: [] }
  const bursts = { vigie: [], plain: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['vigie', 'plain']) {
      times[name].push(...(await page.evaluate(([name, calls]) => window.measure(name, calls), [name, CALLS / ROUNDS])))
      bursts[name].push(await page.evaluate(([name]) => window.burst(name, 400), [name]))
    }
  }
  const quantile = (list, q) => list.toSorted((a, b) => a - b)[Math.floor(list.length * q)]
  console.log(`init: ${(await page.evaluate('window.initMs')).toFixed(2)} ms`)
  for (const name of ['vigie', 'plain']) {
    const all = times[name]
    console.log(
      `${name}: one call in a task of its own: median ${quantile(all, 0.5).toFixed(1)} µs, p99 ${quantile(all, 0.99).toFixed(1)} µs; ` +
        `in a burst of 400: ${quantile(bursts[name], 0.5).toFixed(1)} µs each`,
    )
  }
  console.log(`ratio: median ${(quantile(times.vigie, 0.5) / quantile(times.plain, 0.5)).toFixed(2)}, burst ${(quantile(bursts.vigie, 0.5) / quantile(bursts.plain, 0.5)).toFixed(2)}`)
} finally {
  await browser.close()
  server.close()
}
