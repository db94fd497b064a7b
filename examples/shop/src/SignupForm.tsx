/**
 * The sign-up form, and everything that a form has to tell Vigie: begun, refused, sent, succeeded, failed.
 *
 * `formStart` belongs to the first focus, not to the first view: who only looks has not begun. What a person types goes
 * to the shop's back end and nowhere else; Vigie hears names of fields.
 */
import { createFormErrorHandler, signupFunnelTracking } from '@sos-expat/vigie'
import { useRef, type ReactNode } from 'react'
import { useForm } from 'react-hook-form'
import { AccountError, createAccount } from './account.ts'
import { signupRules, type SignupFields } from './rules.ts'
import { texts } from './texts.ts'

export type Role = 'client' | 'provider'

interface Props {
  readonly role: Role
  readonly broken: boolean
  readonly onSignedUp: (name: string) => void
}

export function SignupForm({ role, broken, onSignedUp }: Props) {
  const { register, handleSubmit, setError, formState } = useForm<SignupFields>()
  const { errors, isSubmitting } = formState
  const begun = useRef(false)
  const rules = signupRules(broken)

  function begin() {
    if (begun.current) return
    begun.current = true
    signupFunnelTracking.formStart(role)
  }

  async function onSubmit(fields: SignupFields) {
    signupFunnelTracking.formSubmit(role)
    try {
      const userId = await createAccount(fields)
      signupFunnelTracking.success(userId, role)
      onSignedUp(fields.name)
    } catch (error) {
      if (!(error instanceof AccountError)) throw error
      signupFunnelTracking.error(error.code, error.message, role)
      setError('root.server', { message: error.message })
    }
  }

  const onError = createFormErrorHandler(`signup_${role}`)

  return (
    <form noValidate onFocus={begin} onSubmit={handleSubmit(onSubmit, onError)}>
      {role === 'provider' && (
        <Field name="profession" label={texts.fields.profession} error={errors.profession?.message}>
          <select id="profession" {...register('profession', rules.profession)}>
            <option value="">{texts.choose}</option>
            <option value="lawyer">{texts.professions.lawyer}</option>
            <option value="expat">{texts.professions.expat}</option>
          </select>
        </Field>
      )}
      <Field name="name" label={texts.fields.name} error={errors.name?.message}>
        <input id="name" autoComplete="name" {...register('name', rules.name)} />
      </Field>
      <Field name="email" label={texts.fields.email} error={errors.email?.message}>
        <input id="email" type="email" autoComplete="email" {...register('email', rules.email)} />
      </Field>
      <Field name="phone" label={texts.fields.phone} hint={texts.hints.phone} error={errors.phone?.message}>
        <input id="phone" type="tel" autoComplete="tel" {...register('phone', rules.phone)} />
      </Field>
      <Field name="password" label={texts.fields.password} hint={texts.hints.password} error={errors.password?.message}>
        <input id="password" type="password" autoComplete="new-password" {...register('password', rules.password)} />
      </Field>
      {errors.root?.['server'] && <p className="refusal" role="alert">{errors.root['server'].message}</p>}
      <button type="submit" disabled={isSubmitting}>{isSubmitting ? texts.submitting : texts.submit}</button>
    </form>
  )
}

interface FieldProps {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly error: string | undefined
  readonly children: ReactNode
}

function Field({ name, label, hint, error, children }: FieldProps) {
  return (
    <div className={error ? 'field failed' : 'field'}>
      <label htmlFor={name}>{label}</label>
      {children}
      {error ? <p role="alert">{error}</p> : hint && <p>{hint}</p>}
    </div>
  )
}
