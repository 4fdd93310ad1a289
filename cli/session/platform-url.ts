import { OperationError } from '@irc-now/core/operation/errors'

/** A platform's URL as profiles keep it: without a slash at its end. Throws `invalid_input`. */
export function platformUrl(text: string): string {
  if (!/^https?:\/\/[^\s/]+/.test(text) || !URL.canParse(text))
    throw new OperationError('invalid_input', `“${text}” is not a URL; it looks like https://irc.now.`)
  return text.replace(/\/+$/, '')
}

const isLoopback = ({ hostname }: URL) =>
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname.toLowerCase())

/** Whether a sign-in may go there: encrypted, or to this machine itself. */
export function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
}

/** Throws `invalid_input` where a sign-in or a token would be read by others on its way. */
export function requirePrivate(text: string): string {
  if (isPrivate(text)) return text
  throw new OperationError(
    'invalid_input',
    `${text} is not encrypted, so no sign-in or token goes there; use its https URL.`,
  )
}
