/** The LISTEN / NOTIFY channel on which the platform's processes wake each other. */
export const channel = 'irc_now'
