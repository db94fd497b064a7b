/** What a person does on the shop's sign-up page, in the words of that page. */
import type { Page } from 'playwright-core'

export const PERSON = { name: 'Manon Roux', email: 'manon@exemple.fr', phone: '+33 6 12 34 56 78', password: 'un mot de passe' }

const LABELS = { name: 'Prénom et nom', email: 'Adresse e-mail', phone: 'Téléphone', password: 'Mot de passe' }

export type Answers = Partial<typeof PERSON>

/** A driven browser says that it is one; this is how a test asks to be taken for a person. */
export const asHuman = (address: string, more = '') => `${address}?traffic=human${more}`

export async function fill(page: Page, answers: Answers): Promise<void> {
  for (const [field, value] of Object.entries(answers)) await page.getByLabel(LABELS[field as keyof typeof PERSON]).fill(value)
}

export async function send(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Créer mon compte' }).click()
}

export async function chooseProvider(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'J’aide les autres' }).click()
}
