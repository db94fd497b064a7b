/**
 * The one place where the shop meets Vigie's settings: where to send, with which public key, and as what traffic.
 *
 * A browser that is driven by a program counts as synthetic and moves no rate. `?traffic=human` in the address lets a
 * test, or you with a recorder, stand for a person.
 */
import { init } from '@sos-expat/vigie'

export const endpoint = import.meta.env.VITE_VIGIE_ENDPOINT ?? ''
export const key = import.meta.env.VITE_VIGIE_KEY ?? ''

type Traffic = NonNullable<Parameters<typeof init>[0]['traffic']>
const TRAFFIC: readonly Traffic[] = ['human', 'bot', 'staff', 'synthetic']

export function startMonitoring(): void {
  const asked = new URLSearchParams(location.search).get('traffic')
  const traffic = TRAFFIC.find((name) => name === asked)
  init({ key, endpoint, environment: 'example', ...(traffic && { traffic }) })
}
