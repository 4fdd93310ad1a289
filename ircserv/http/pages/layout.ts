import { createHash } from 'node:crypto'
import { errorCodes, OperationError, type Problem } from '@irc-now/core/operation/errors'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { fontFaces } from '../fonts.ts'
import { problemOfRequest } from '../problem.ts'

export const style = `
${fontFaces}
:root{color-scheme:light dark;--ground:light-dark(#f4f8f4,#0c130e);--text:light-dark(#142018,#d5e6d9);--green:light-dark(#17663a,#5fd38d);--line:light-dark(#c5d6ca,#27392d);--edge:light-dark(#7d9786,#5a7a66)}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--text);font:1rem/1.6 Outfit,system-ui,sans-serif}
main{max-width:36rem;margin:12vh auto;padding:0 1.25rem}h1{font:500 1.9rem/1.2 Newsreader,Georgia,serif;color:var(--green);margin:0 0 1rem}
code,dd,input,textarea{font-family:"JetBrains Mono",ui-monospace,monospace;font-size:.95rem;font-variant-ligatures:none}label{display:block;margin:1rem 0 .25rem}
input,textarea{width:100%;padding:.6rem;border:1px solid var(--edge);border-radius:.4rem;background:transparent;color:inherit}
button{margin-top:1.25rem;padding:.65rem 1.2rem;border:0;border-radius:.4rem;background:var(--green);color:var(--ground);font:500 1rem Outfit,system-ui,sans-serif;cursor:pointer}
dt{opacity:.75;margin-top:.75rem}dd{margin:0;overflow-wrap:anywhere}.error{border-left:3px solid #d5573b;padding-left:.75rem}
img{max-width:100%;height:auto}a{color:var(--green)}.code{font-size:2rem;letter-spacing:.1em;margin:.5rem 0}.quiet{opacity:.75;font-size:.9rem}
button.plain{background:none;color:inherit;border:1px solid var(--edge);margin-left:.5rem}ol{padding-left:1.25rem}li{margin:.75rem 0}li code{display:block;overflow-wrap:anywhere}
.drop{border:2px dashed var(--edge);border-radius:.4rem;padding:0 1rem}.drop input{border:0;padding:.6rem 0}.over .drop{border-color:var(--green)}.drop .quiet{margin:.25rem 0 1rem}
ul.results{list-style:none;padding:0}.results li{display:flex;align-items:center;gap:.75rem}.results img{width:4rem;height:4rem;object-fit:cover;border-radius:.4rem}.words{flex:1;min-width:0;overflow-wrap:anywhere}
.address,progress{display:block;width:100%;accent-color:var(--green);font-size:.9rem}.results button,button.small{margin:0;padding:.35rem .8rem;font-size:.9rem}
::file-selector-button{margin-right:.75rem;padding:.4rem .8rem;border:1px solid var(--edge);border-radius:.4rem;background:none;color:inherit;font:500 .9rem Outfit,system-ui,sans-serif;cursor:pointer}
#chosen li{margin:.25rem 0}form+form{margin-top:1.5rem}main.wide{max-width:72rem;margin:4vh auto}.wide img{width:auto;max-height:80vh}`

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** A page in our clothes; everything put in is escaped by the template. */
export const page = (title: string, content: Html, { wide = false } = {}): Html => html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title === 'irc.now' ? title : `${title} · irc.now`}</title>
<style>${raw(style)}</style></head><body><main${wide ? raw(' class="wide"') : ''}><h1>${title}</h1>${content}</main></body></html>`

/** How a policy allows one inline style or script, and no other. */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** No script, nothing from elsewhere, no frame, no trace in logs of where a link led. */
export const pageHeaders = {
  'content-security-policy': `default-src 'none'; style-src ${hashSource(style)}; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** One sentence about what went wrong, or nothing; for programs its code. */
export const problemLine = (problem: string | null, code?: string): Html =>
  problem === null
    ? html``
    : html`<p class="error" role="alert"${code ? html` data-code="${code}"` : ''}>${problem}</p>`

/** What went wrong as a page of its own; what we did not expect is logged, never shown. */
export const problemPage = (c: Context, error: unknown, log: { error(o: object, m: string): void }) =>
  problemAnswer(c, problemOfRequest(error, c.env?.incoming, log, 'page failed'))

/** What a form brings; throws where it is none, or was cut off. */
export const wholeForm = <Form>(form: Promise<Form>): Promise<Form> =>
  form.catch((cause) => {
    throw new OperationError('invalid_input', 'The form did not come as it was sent; go back and send it again.', {
      cause,
    })
  })

/** Nothing is read of a form beyond so many bytes. */
export const formLimitOf = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      problemAnswer(c, { code: 'too_large', message: 'That is too long for this form; go back and put in less.' }),
  })

/** What a form of a few lines may have. */
export const formLimit = formLimitOf(16_384)

function problemAnswer(c: Context, { code, message, details }: Problem) {
  const { title, status } = errorCodes[code]
  const wait = details?.retryAfter
  const headers: Record<string, string> = typeof wait === 'number' ? { 'retry-after': String(Math.ceil(wait)) } : {}
  return c.html(page(title, problemLine(message)), status, { ...pageHeaders, ...headers })
}

/** A labelled input; `value` is what was typed before. */
export const field = (
  name: string,
  label: string,
  options: { type?: 'text' | 'password' | 'email'; value?: string; required?: boolean; autocomplete?: string } = {},
): Html =>
  html`<label for="${name}">${label}</label><input id="${name}" name="${name}" type="${options.type ?? 'text'}" value="${options.value ?? ''}" autocomplete="${options.autocomplete ?? 'off'}" autocapitalize="none" spellcheck="false" ${options.required ? 'required' : ''}>`
