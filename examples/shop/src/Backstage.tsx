/** The two levers of this example: break the form, and let thirty visitors walk through it. */
import { useState } from 'react'
import { endpoint, key } from './monitoring.ts'
import { texts } from './texts.ts'
import { sendVisitors } from './sendVisitors.ts'
import { visitors } from './visitors.ts'

const { backstage } = texts

interface Props {
  readonly broken: boolean
  readonly onBrokenChange: (broken: boolean) => void
}

export function Backstage({ broken, onBrokenChange }: Props) {
  const [walking, setWalking] = useState(false)
  const [outcome, setOutcome] = useState<string | null>(null)

  async function walk() {
    setWalking(true)
    const walked = visitors({ count: 30, broken, now: Date.now(), random: Math.random, url: location.origin + '/inscription' })
    try {
      const accepted = await sendVisitors(walked, { endpoint, key })
      const started = walked.filter((visitor) => visitor.started).length
      const won = walked.filter((visitor) => visitor.won).length
      setOutcome(backstage.walked(started, won, accepted))
    } catch (error) {
      setOutcome(backstage.failed(error instanceof Error ? error.message : String(error)))
    } finally {
      setWalking(false)
    }
  }

  return (
    <aside>
      <h2>{backstage.title}</h2>
      <label className="switch">
        <input type="checkbox" role="switch" checked={broken} onChange={(event) => onBrokenChange(event.target.checked)} />
        {backstage.break}
      </label>
      <p>{backstage.breakMore}</p>
      <button type="button" disabled={walking} onClick={walk}>{walking ? backstage.walking : backstage.walk}</button>
      <p>{backstage.walkMore}</p>
      {outcome && <output>{outcome}</output>}
    </aside>
  )
}
