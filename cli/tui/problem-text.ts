import type { Problem } from '@irc-now/core/operation/errors'

/** An error as a sentence. For whom one acts is no field of any form, so where that is at fault it is named. */
export const problemText = ({ code, field, message }: Problem) =>
  `[${code}] ${field === 'as' ? '--as: ' : ''}${message}`
