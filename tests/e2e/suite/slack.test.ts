/** The stand-in answers as Slack does, and shows what it was told without believing any of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Slack } from '../harness/slack.ts'

const message = (text: string) => JSON.stringify({ text: 'x', blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })

test("a message is answered ok, listed as it came, and drawn with Slack's own marks", async () => {
  await using slack = await Slack.start()
  assert.deepEqual(await slack.post(message('*12 de 12* &lt;abandons&gt; <https://exemple.fr/a|voir>')), { status: 200, text: 'ok' })
  assert.equal((await slack.messages()).length, 1)
  assert.match(await slack.page(), /<b>12 de 12<\/b> &lt;abandons&gt; <a href="https:\/\/exemple\.fr\/a">voir<\/a>/)
})

test('what a sender forgot to escape stays words', async () => {
  await using slack = await Slack.start()
  for (const text of ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<javascript:alert(1)|clic>', '"><b>']) {
    assert.equal((await slack.post(message(text))).status, 200)
  }
  const page = await slack.page()
  assert.doesNotMatch(page, /<script|<img|href="javascript/)
  assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
})

test('what is no message is refused in the words of Slack', async () => {
  await using slack = await Slack.start()
  assert.deepEqual(await slack.post('nothing'), { status: 400, text: 'invalid_payload' })
  assert.deepEqual(await slack.post('null'), { status: 400, text: 'invalid_payload' })
  assert.deepEqual(await slack.post('{}'), { status: 400, text: 'no_text' })
  assert.deepEqual(await slack.messages(), [])
})
