/** The link by which a reader reports what is seen at `address`; `contact` is an e-mail address, or a page’s URL. */
export function abuseLink(contact: string, address: string): string {
  if (/^https?:/.test(contact)) {
    const page = new URL(contact)
    page.searchParams.set('url', address)
    return page.href
  }
  return `mailto:${contact}?subject=${encodeURIComponent(`Abuse at ${address}`)}`
}
