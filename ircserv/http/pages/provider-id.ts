/** What could be an id of the payment provider’s or the sandbox’s; anything else is none, and nothing that a database would refuse. */
export const providerId = (text = ''): string => (/^[\w-]{1,255}$/.test(text) ? text : '')
