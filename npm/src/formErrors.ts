/**
 * React Hook Form's errors, flattened to what Vigie reports: one line for each field that failed.
 *
 * The library nests errors as the form nests its fields and keeps a `ref` in each: the DOM element, with what the person
 * typed in it. Only path, type and message leave this file. What a person typed never does.
 */
import { newId } from './ids.js'
import { attempt, record } from './tracker.js'
import type { FieldErrors } from './types.js'

export interface FormError {
  readonly field: string
  readonly type: string
  readonly message: string
}

/** Returns the second argument of `handleSubmit`: each refused submission reports every failing field once. */
export function createFormErrorHandler(formName: string): (errors: FieldErrors) => void {
  return (errors) => attempt(() => {
    const submissionId = newId() // what this one call reports is one refused attempt
    for (const { field, type, message } of formErrors(errors)) {
      record('form_error', { formName, fieldName: field, errorCode: type, errorMessage: message, submissionId })
    }
  })
}

/** Names a field by its path: `email`, `address.street`, `items.0.name`, `items.root`, `root.server`. */
export function* formErrors(node: unknown, path = ''): Generator<FormError> {
  if (!isBranch(node)) return
  const { type, message } = node
  const typed = /^[sn]/.test(typeof type) // string or number: a field that is *called* `type` holds an object
  const failed = typed || typeof message === 'string'
  if (failed) {
    const kind = typed ? String(type) : 'custom' // `setError(field, { message })` gives no type
    yield { field: path, type: kind, message: typeof message === 'string' && message ? message : kind }
  }
  for (const [key, child] of Object.entries(node)) {
    // A group can fail as a whole and in its parts.
    if (!(failed && LIBRARY_KEYS.test(key))) yield* formErrors(child, path ? `${path}.${key}` : key)
  }
}

const LIBRARY_KEYS = /^(types?|message|ref)$/

/** Fields or an error; not a hole in a field array, and not an element: the DOM is a cycle, never to be walked. */
const isBranch = (node: unknown): node is Record<string, unknown> =>
  Array.isArray(node) || Object.prototype.toString.call(node) === '[object Object]'
