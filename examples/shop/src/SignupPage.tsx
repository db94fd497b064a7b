/** The sign-up page: for whom, the form, and beside it the backstage of this example. */
import { signupFunnelTracking } from '@sos-expat/vigie'
import { useEffect, useState } from 'react'
import { Backstage } from './Backstage.tsx'
import { SignupForm, type Role } from './SignupForm.tsx'
import { texts } from './texts.ts'
import { useBrokenSwitch } from './useBrokenSwitch.ts'

const ROLES: readonly Role[] = ['client', 'provider']

export function SignupPage() {
  const [role, setRole] = useState<Role>('client')
  const [welcomed, setWelcomed] = useState<string | null>(null)
  const [broken, setBroken] = useBrokenSwitch()

  useEffect(() => signupFunnelTracking.pageView(role), [role])

  return (
    <div className="page">
      <header>
        <strong>{texts.brand}</strong>
        <span>{texts.claim}</span>
      </header>
      <main>
        {welcomed === null ? (
          <>
            <h1>{texts.title}</h1>
            <fieldset className="roles">
              {ROLES.map((each) => (
                <button key={each} type="button" aria-pressed={each === role} onClick={() => setRole(each)}>
                  {texts.roles[each]}
                </button>
              ))}
            </fieldset>
            {/* Another role is another form: nothing typed or begun carries over. */}
            <SignupForm key={role} role={role} broken={broken} onSignedUp={setWelcomed} />
          </>
        ) : (
          <>
            <h1>{texts.welcome(welcomed)}</h1>
            <p>{texts.welcomeMore}</p>
            <button type="button" onClick={() => setWelcomed(null)}>{texts.again}</button>
          </>
        )}
      </main>
      <Backstage broken={broken} onBrokenChange={setBroken} />
    </div>
  )
}
