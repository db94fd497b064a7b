/** Whether the form is broken. It stands in the address (`?broken`), so that a reload keeps it and a link can show it. */
import { useState } from 'react'

export function useBrokenSwitch(): [broken: boolean, setBroken: (broken: boolean) => void] {
  const [broken, setState] = useState(() => new URLSearchParams(location.search).has('broken'))

  function setBroken(next: boolean) {
    const address = new URL(location.href)
    if (next) address.searchParams.set('broken', '')
    else address.searchParams.delete('broken')
    history.replaceState(null, '', address)
    setState(next)
  }

  return [broken, setBroken]
}
