/** The whole path: a form that refuses everybody, twelve visitors who give up, one message in Slack that says so. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBrowser, visitor } from '../harness/browser.ts'
import { ADMIN_TOKEN, Collector } from '../harness/collector.ts'
import { shop } from '../harness/places.ts'
import { asHuman, fill, PERSON, send } from '../harness/signup.ts'
import { Site } from '../harness/site.ts'
import { Slack } from '../harness/slack.ts'
import { until } from '../harness/until.ts'

const CHECK = 'signup.form-drop-off'
/** From the last one's leaving to the message. */
const PROMISED_SECONDS = 60

test('twelve visitors give up on a broken form: one alert and one message within a minute, in French', async () => {
  await using slack = await Slack.start()
  await using collector = await Collector.start({ slack: slack.address })
  await using site = await Site.built(shop, shop, collector)
  const browser = await openBrowser()
  try {
    for (let each = 0; each < 12; each++) {
      const { page } = await visitor(browser)
      await page.goto(asHuman(site.address, '&broken'))
      await fill(page, PERSON)
      await send(page)
      await page.getByText('Numéro de téléphone invalide.').waitFor()
      await page.close()
    }
    const left = Date.now()

    const alerts = () => collector.export('functional_alerts').then((all) => all.filter((alert) => alert.checkId === CHECK))
    const alert = await until('an alert is open', PROMISED_SECONDS, async () => (await alerts())[0])
    await until('Slack is told', PROMISED_SECONDS, async () => (await slack.messages()).length > 0)
    assert.ok(Date.now() - left < PROMISED_SECONDS * 1000)
    assert.equal(alert.severity, 'critical')
    assert.equal(alert.resolved, false)

    await collector.events(12, (event) => event.eventType === 'form_abandon')
    for (let each = 0; each < 10; each++) await evaluate(collector)
    assert.equal((await alerts()).length, 1)
    const twins = (await collector.export('system_alerts')).filter((twin) => twin.id === alert.id)
    assert.equal(twins.length, 1)

    const messages = await slack.messages()
    assert.equal(messages.length, 1, JSON.stringify(messages, null, 1))
    const text = JSON.stringify(messages[0])
    for (const word of [/inscription/i, /formulaire/i, /Boussole/, /%/]) assert.match(text, word)
    assert.ok(messages[0]?.blocks?.some((block) => block.block_id), 'the message bears its outbox key')
    assert.match(await slack.page(), /<article>/)
  } finally {
    await browser.close()
  }
})

async function evaluate(collector: Collector): Promise<void> {
  const answer = await fetch(`${collector.endpoint}/v1/admin/triggerFunctionalCheck`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ checkType: 'signup' }),
  })
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
}
