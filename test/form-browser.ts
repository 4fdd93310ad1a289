interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/** A browser without a screen: keeps cookies by their path, follows redirects, sends forms. Scripts don't run. */
export function createBrowser() {
  const cookies = new Map<string, Cookie>()

  async function request(
    url: string,
    form?: Readonly<Record<string, string>> | FormData | Buffer<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; url: string; text: string; headers: Headers }> {
    const { pathname } = new URL(url)
    const sent = [...cookies]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([, { name, value }]) => `${name}=${value}`)
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: sent.join('; '), ...headers },
      ...(form ? { method: 'POST', body: bodyOf(form) } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      const [, path = '/'] = /; ?path=([^;]*)/i.exec(line) ?? []
      const key = path === '/' ? name : `${name} ${path}`
      if (value === '') cookies.delete(key)
      else cookies.set(key, { name, value, path })
    }
    const location = response.headers.get('location')
    if (location) return request(new URL(location, url).href)
    return { status: response.status, url, text: await response.text(), headers: response.headers }
  }

  /** Sends the page's form with what is hidden in it, and `typed`. */
  function submit(page: { url: string; text: string }, typed: Readonly<Record<string, string>> = {}) {
    const [, action] = /<form[^>]* action="([^"]*)"/.exec(page.text) ?? []
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name, value]) => [name, value],
    )
    return request(new URL(action ?? page.url, page.url).href, { ...Object.fromEntries(hidden), ...typed })
  }
  return {
    open: (url: string) => request(url),
    submit,
    post: request,
    /** What is kept of a host’s cookies: by name, and by path too where that isn’t `/`. */
    cookies: cookies as ReadonlyMap<string, Cookie>,
  }
}

const bodyOf = (form: Readonly<Record<string, string>> | FormData | Buffer<ArrayBuffer>) =>
  form instanceof FormData || Buffer.isBuffer(form) ? form : new URLSearchParams(form as Record<string, string>)
