/** The setting that tells how far the sandbox’s clock is ahead, in milliseconds. */
export const clockSetting = 'sandbox-clock'
