/** `$12.00`, from whole cents; a credit is `-$3.50`. */
export function money(cents: number, currency = 'usd'): string {
  const digits = String(Math.abs(cents)).padStart(3, '0')
  const amount = `${digits.slice(0, -2)}.${digits.slice(-2)}`
  const sign = cents < 0 ? '-' : ''
  return currency === 'usd' ? `${sign}$${amount}` : `${sign}${amount} ${currency.toUpperCase()}`
}

/** What a person repeats to confirm a charge: `12.00`. */
export const amountOf = (cents: number) => money(cents).replace('$', '')

/** The cents that somebody typed: `12`, `12.00`, `$12.00`; null where it is no amount. */
export function centsOf(text: string): number | null {
  const [, whole, part = ''] = /^\$?(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text.trim()) ?? []
  return whole === undefined ? null : Number(whole) * 100 + Number(part.padEnd(2, '0'))
}
