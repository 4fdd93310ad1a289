/** The setting that tells how far the sandbox’s clock is ahead, in milliseconds. */
export const clockSetting = 'sandbox-clock'

/** Whoever does billing’s rounds follows this, in the place of an account, to be woken for what can’t wait. */
export const billingWake = 'billing'
