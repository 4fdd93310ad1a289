import type { ProviderPages } from '@irc-now/core/accounts/identity.port'
import { html } from 'hono/html'
import { field, type Html, page, pageHeaders, problemLine } from './layout.ts'

const document = async (title: string, content: Html) => String(await page(title, content))

/** The pages of the OIDC provider itself: signing a terminal in, and out. */
export const providerPages: ProviderPages = {
  // Its own hand-over page sends itself by a script, whose hash it adds to what is allowed here.
  headers: { ...pageHeaders, 'content-security-policy': `${pageHeaders['content-security-policy']}; script-src` },

  code: ({ action, token, code }, problem) =>
    document(
      'Sign a terminal in',
      html`${problemLine(problem)}<form method="post" action="${action}"><input type="hidden" name="xsrf" value="${token}">
      ${field('user_code', 'The code that “irc-now login” shows', { value: code, required: true })}<button>Go on</button></form>`,
    ),

  confirmCode: ({ action, token, code }, account) =>
    document(
      'Is this your terminal?',
      html`<p>Your terminal should show this code:</p><p class="code"><code>${code}</code></p>
      <p>If it doesn’t, or you didn’t run “irc-now login”, say no: somebody may be trying to get in as you.</p>
      ${account === null ? html`` : html`<p>You are signed in as <strong>${account}</strong>. <a href="/oidc/session/end">Sign out</a> first to be somebody else.</p>`}
      <form method="post" action="${action}"><input type="hidden" name="xsrf" value="${token}"><input type="hidden" name="user_code" value="${code}"><input type="hidden" name="confirm" value="yes">
      <button>Yes, go on</button><button class="plain" name="abort" value="yes">No</button></form>`,
    ),

  codeDone: (account) =>
    document(
      'Signed in',
      html`<p>Your terminal is signed in as <strong>${account}</strong>. You can close this page.</p>`,
    ),

  signOut: ({ action, token }) =>
    document(
      'Sign out?',
      html`<p>This browser is signed out; terminals stay signed in (“irc-now logout” ends that).</p>
      <form method="post" action="${action}"><input type="hidden" name="xsrf" value="${token}"><input type="hidden" name="logout" value="yes"><button>Sign out</button></form>`,
    ),

  signedOut: () => document('Signed out', html`<p>You are signed out; you can close this page.</p>`),

  problem: (sentence) => document('That didn’t work', problemLine(sentence)),
}
