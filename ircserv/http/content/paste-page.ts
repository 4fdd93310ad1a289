import { goesAt } from '@irc-now/core/content/for-ever-store'
import type { PasteRow } from '@irc-now/core/content/pastes/paste-store'
import { html, raw } from 'hono/html'
import { style as base, type Html, hashSource } from '../pages/layout.ts'

const style = `${base}
main{max-width:none;margin:0;padding:1.25rem}header,footer{max-width:72rem}h1{overflow-wrap:anywhere;margin:0 0 .25rem}header p,footer{margin:0 0 1rem}
header span,header a{margin-right:1rem}header p span{white-space:nowrap}pre{margin:0 0 1rem;padding:.75rem 0;border:1px solid var(--line);border-radius:.4rem;overflow-x:auto;tab-size:4;font:.9rem/1.5 "JetBrains Mono",ui-monospace,monospace;font-variant-ligatures:none}
pre code{font:inherit;font-variant-ligatures:inherit;display:block;width:max-content;min-width:100%}pre code.whole{padding:0 1rem}
.line{display:inline-block;min-width:100%;padding-right:1rem}.line>a:first-child{display:inline-block;min-width:5ch;padding-right:1.5ch;text-align:right;text-decoration:none;color:inherit;opacity:.5;user-select:none}
.line:target,.line.on{background:light-dark(#dcecdf,#1b3324)}.line:target>a:first-child,.line.on>a:first-child{opacity:1;color:var(--green)}
pre i{font-style:normal;color:light-dark(#a3341d,#f09479);border:1px dotted;border-radius:.2rem}
.hljs-comment,.hljs-quote,.hljs-meta{color:light-dark(#5c6b61,#8aa093);font-style:italic}
.hljs-keyword,.hljs-selector-tag,.hljs-built_in,.hljs-name,.hljs-section{color:light-dark(#17663a,#5fd38d)}
.hljs-string,.hljs-regexp,.hljs-addition,.hljs-attribute,.hljs-symbol,.hljs-bullet{color:light-dark(#7a4d00,#e3c07a)}
.hljs-number,.hljs-literal,.hljs-variable,.hljs-template-variable,.hljs-type,.hljs-link{color:light-dark(#0b5a8a,#7fc4ec)}
.hljs-title,.hljs-attr,.hljs-selector-class,.hljs-selector-id,.hljs-params{color:light-dark(#5a3d9a,#c3aef5)}.hljs-deletion{color:light-dark(#a3341d,#f09479)}
.hljs-emphasis{font-style:italic}.hljs-strong{font-weight:700}`

/** Marks a range of lines, which no style can, and makes one of a click with Shift. Without it a single line is marked. */
const script = `{let first=0
const mark=scroll=>{for(const one of document.querySelectorAll('.on'))one.classList.remove('on')
const found=/^#L(\\d+)-L?(\\d+)$/.exec(location.hash)
first=Number(/^#L(\\d+)/.exec(location.hash)?.[1]??0)
if(!found)return
const [from,to]=[Number(found[1]),Number(found[2])].sort((a,b)=>a-b)
for(const one of [...document.querySelectorAll('.line')].slice(Math.max(0,from-1),to))one.classList.add('on')
if(scroll)document.getElementById('L'+from)?.scrollIntoView({block:'center'})}
addEventListener('hashchange',()=>mark(true))
addEventListener('click',event=>{const to=event.target.closest?.('.line>a')
if(!to||!event.shiftKey||!first)return
event.preventDefault()
const ends=[first,Number(to.textContent)].sort((a,b)=>a-b)
history.replaceState(null,'','#L'+ends[0]+'-L'+ends[1])
mark(false)
first=ends[0]})
mark(true)}`

// Outside of the template below: bundlers rewrite those that close a script.
const scriptElement = `<script>${script}</script>`

export const pastePolicy = `default-src 'none'; style-src ${hashSource(style)}; font-src 'self'; script-src ${hashSource(script)}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`

/** More lines than this have no numbers: they would be most of the page. */
const mostNumbered = 20_000

/** The lines (HTML already) as they stand in the page. */
export function sourceOf(lines: readonly string[]): string {
  if (lines.length > mostNumbered) return `<pre><code class="whole">${lines.join('\n')}</code></pre>`
  const numbered = lines.map(
    (line, i) => `<span class="line" id="L${i + 1}"><a href="#L${i + 1}">${i + 1}</a>${line}</span>`,
  )
  return `<pre><code>${numbered.join('\n')}</code></pre>`
}

const time = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ')

const sizeOf = (bytes: number) => (bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} KB`)

/** A paste as a page; `source` is HTML, all else is escaped by the template. */
export function pastePage(paste: PasteRow, source: string, abuse: string): Html {
  const { id, title, language, bytes, created_at: made } = paste
  const end = goesAt(paste)
  const heading = title ?? 'Paste'
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading} · irc.now</title>
<style>${raw(style)}</style></head><body><main><header><h1>${heading}</h1>
<p>${language === null ? '' : html`<span>${language}</span>`}<span>${sizeOf(bytes)}</span><span>since <time datetime="${made.toISOString()}">${time(made)}</time> UTC</span>
<span>${end === null ? 'kept' : html`until <time datetime="${end.toISOString()}">${time(end)}</time> UTC`}</span><a href="/${id}/raw">raw</a><a href="/${id}.json">JSON</a></p></header>
${raw(source)}
<footer class="quiet">Its author alone answers for what it says. <a href="${abuse}">Report abuse</a></footer></main>${raw(scriptElement)}</body></html>`
}
