/** Stands for the shop's own back end: it answers after a moment, and knows one address already. */
import type { SignupFields } from './rules.ts'
import { texts } from './texts.ts'

export const TAKEN_EMAIL = 'deja@exemple.fr'

export class AccountError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Resolves to the new user's id. */
export async function createAccount(fields: SignupFields): Promise<string> {
  await new Promise((answered) => setTimeout(answered, 150))
  if (fields.email === TAKEN_EMAIL) throw new AccountError('auth/email-already-in-use', texts.errors.emailTaken)
  return `user-${Math.random().toString(36).slice(2, 10)}`
}
