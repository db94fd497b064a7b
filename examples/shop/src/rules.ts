/** What the sign-up form accepts, and the mistake that the switch "break the form" puts in. */
import type { RegisterOptions } from 'react-hook-form'
import { texts } from './texts.ts'

export interface SignupFields {
  name: string
  email: string
  phone: string
  password: string
  profession: string
}

const EMAIL = /^\S+@\S+\.\S+$/
const PHONE = /^\+?\d(?:[ .]?\d){7,14}$/
/** As mistakes go: "with the international prefix" was added, and "ten digits and nothing else" stayed. Nothing matches. */
const PHONE_NOBODY_HAS = /^(?=\+)\d{10}$/

type Rules = { [Name in keyof SignupFields]: RegisterOptions<SignupFields, Name> }

export function signupRules(broken: boolean): Rules {
  const { errors } = texts
  return {
    name: { required: errors.nameMissing },
    email: { required: errors.emailMissing, pattern: { value: EMAIL, message: errors.emailInvalid } },
    phone: {
      required: errors.phoneInvalid,
      pattern: { value: broken ? PHONE_NOBODY_HAS : PHONE, message: errors.phoneInvalid },
    },
    password: { required: errors.passwordShort, minLength: { value: 8, message: errors.passwordShort } },
    profession: { required: errors.professionMissing },
  }
}
