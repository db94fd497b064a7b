/** `./examples/quickstart` as its first user meets it: three addresses that answer, one broken form, one message, Ctrl-C. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openBrowser, visitor } from '../harness/browser.ts'
import { quickstart, scratch } from '../harness/places.ts'
import { Server } from '../harness/processes.ts'
import { until } from '../harness/until.ts'

/** With everything built, as `tests/run` leaves it. */
const READY_SECONDS = 15

/** A listener at a port that nobody else has. */
async function listener(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  return { port: (server.address() as AddressInfo).port, close: () => new Promise((closed) => server.close(() => closed())) }
}

async function freePorts(count: number): Promise<number[]> {
  const all = await Promise.all(Array.from({ length: count }, listener))
  await Promise.all(all.map((each) => each.close()))
  return all.map((each) => each.port)
}

const answers = (address: string) => fetch(address).then((answer) => answer.ok, () => false)

test('three addresses answer, 30 visitors meet a broken form, Slack is told, and Ctrl-C ends it all', async () => {
  await mkdir(scratch, { recursive: true })
  const data = await mkdtemp(join(scratch, 'quickstart-'))
  const [collectorPort, shopPort, slackPort] = await freePorts(3)
  const env = { COLLECTOR_PORT: `${collectorPort}`, SHOP_PORT: `${shopPort}`, SLACK_PORT: `${slackPort}`, VIGIE_DATA: data }
  await using running = new Server('quickstart', quickstart, [], { env })
  await until('the quickstart is ready', READY_SECONDS, () => {
    assert.ok(!running.ended, running.said)
    return running.said.includes('Vigie is ready')
  }, () => running.said)
  const [collector, shop, slack] = [collectorPort, shopPort, slackPort].map((port) => `http://127.0.0.1:${port}`)
  for (const address of [collector, shop, slack]) assert.ok(address && running.said.includes(address), running.said)
  assert.deepEqual(await Promise.all([answers(`${collector}/healthz`), answers(`${shop}`), answers(`${slack}`)]), [true, true, true])

  const browser = await openBrowser()
  try {
    const { page } = await visitor(browser)
    await page.goto(`${shop}`)
    await page.getByRole('switch', { name: 'Casser le formulaire' }).check()
    await page.getByRole('button', { name: '30 visiteurs passent' }).click()
    const outcome = await page.getByRole('status').textContent()
    assert.match(outcome ?? '', /25 ont commencé le formulaire, 0 se sont inscrits/)
    await page.goto(`${slack}`)
    await until('Slack shows one message', 60, async () => (await page.locator('article').count()) === 1, () => running.said)
    assert.match((await page.locator('article').textContent()) ?? '', /formulaire/i)
  } finally {
    await browser.close()
  }

  assert.equal(await running.end('SIGINT'), 0, running.said)
  assert.deepEqual(await Promise.all([collector, shop, slack].map((address) => answers(`${address}`))), [false, false, false])
  await rm(data, { recursive: true })
})

for (const variable of ['COLLECTOR_PORT', 'SHOP_PORT', 'SLACK_PORT']) {
  test(`a busy port is named with its variable: ${variable}`, async () => {
    const busy = await listener()
    const ports = await freePorts(3)
    const env = { COLLECTOR_PORT: `${ports[0]}`, SHOP_PORT: `${ports[1]}`, SLACK_PORT: `${ports[2]}`, [variable]: `${busy.port}` }
    await using refused = new Server('quickstart', quickstart, [], { env })
    await until('the quickstart has ended', READY_SECONDS, () => refused.ended, () => refused.said)
    assert.ok(refused.said.includes(`port ${busy.port}`) && refused.said.includes(`${variable}=`), refused.said)
    await busy.close()
  })
}
