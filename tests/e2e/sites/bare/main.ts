/** A page that does nothing but start Vigie and hand it to the test, as `window.vigie`. */
import * as vigie from '@sos-expat/vigie'

vigie.init({ key: import.meta.env['VITE_VIGIE_KEY'], endpoint: import.meta.env['VITE_VIGIE_ENDPOINT'], traffic: 'human' })

declare global {
  interface Window { vigie: typeof vigie }
}

window.vigie = vigie
