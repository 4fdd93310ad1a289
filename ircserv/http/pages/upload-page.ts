import { largestUpload } from '@irc-now/core/content/pictures/picture'
import { byteSize } from '@irc-now/core/operation/byte-size'
import { html, raw } from 'hono/html'
import type { Published } from '../content/publish.ts'
import { type Html, hashSource, pageHeaders } from './layout.ts'

/** What came of one file or text. */
export interface Outcome {
  readonly name: string
  readonly published: Published | null
  /** One sentence, where it is not published. */
  readonly problem: string | null
}

const largestFile = byteSize(largestUpload)

/**
 * What is dropped or pasted is as if it had been chosen (words of a document, of which there is a picture too, are words
 * where somebody types); sent, each file has a bar, and its address a button that
 * copies it. Without this, the form does it.
 */
const script = `{const form=document.getElementById('upload'),{file,text,title,token}=form.elements
const chosen=document.getElementById('chosen'),results=document.getElementById('results')
const element=(name,properties,...children)=>{const one=Object.assign(document.createElement(name),properties)
one.append(...children)
return one}
const show=()=>chosen.replaceChildren(...[...file.files].map(({name})=>element('li',{},name)))
const choose=files=>{const all=new DataTransfer()
for(const one of files)all.items.add(one)
file.files=all.files
show()}
const take=(event,given)=>{document.body.classList.remove('over')
const words=given?.getData('text/plain'),typing=event.target.closest?.('input,textarea')
if(event.type==='paste'&&typing&&words&&given.types.includes('text/html'))return
if(given?.files.length){event.preventDefault()
return choose([...file.files,...given.files])}
if(!words||typing)return
event.preventDefault()
text.value+=words}
addEventListener('dragover',event=>{event.preventDefault()
document.body.classList.add('over')})
addEventListener('dragleave',event=>event.relatedTarget??document.body.classList.remove('over'))
addEventListener('drop',event=>take(event,event.dataTransfer))
addEventListener('paste',event=>take(event,event.clipboardData))
file.addEventListener('change',show)
const copied=async(address,link)=>{try{await navigator.clipboard.writeText(address)}
catch{getSelection().selectAllChildren(link)
document.execCommand('copy')}}
const withCopy=row=>{const link=row.querySelector('a.address')
if(!link)return
const button=element('button',{type:'button',className:'plain'},'Copy')
button.onclick=async()=>{await copied(link.href,link)
button.textContent='Copied'
setTimeout(()=>button.textContent='Copy',2000)}
row.append(button)}
for(const row of results.children)withCopy(row)
const send=(name,body)=>new Promise(resolve=>{const bar=element('progress',{max:1,value:0})
const row=element('li',{},element('span',{className:'words'},name,bar))
results.prepend(row)
const failed=message=>{row.replaceChildren(element('span',{className:'words error'},name+': '+message))
row.setAttribute('role','alert')
resolve(false)}
if(body.size>${largestUpload})return failed('A file has at most ${largestFile}; make it smaller.')
const request=new XMLHttpRequest()
request.open('POST','/upload/file?name='+encodeURIComponent(name))
request.setRequestHeader('irc-now-form',token.value)
request.responseType='json'
request.upload.onprogress=({loaded,total})=>bar.value=loaded/total
request.onerror=()=>failed('The connection broke; send it again.')
request.onload=()=>{const {url,thumbnailUrl,problem}=request.response??{problem:'That didn’t work; reload the page and try again.'}
if(problem)return failed(problem)
row.replaceChildren(...thumbnailUrl?[element('img',{src:thumbnailUrl,alt:''})]:[],
element('span',{className:'words'},name,element('a',{className:'address',href:url},url)))
withCopy(row)
resolve(true)}
request.send(body)})
form.addEventListener('submit',async event=>{event.preventDefault()
const button=form.querySelector('button')
if(!file.files.length&&!text.value)return file.focus()
button.disabled=true
const left=[]
for(const one of [...file.files])if(!await send(one.name,one))left.push(one)
choose(left)
if(text.value&&await send(title.value||'text',new Blob([text.value],{type:'text/plain'})))text.value=title.value=''
button.disabled=false})
show()}`

// Apart from the page's own template, for which the build would want a helper of its compiler.
const scriptElement = ['<script>', script, '</script>'].join('')

/** One script, and small pictures from where pictures are. */
export const uploadHeadersFor = (picsUrl: string): typeof pageHeaders => ({
  ...pageHeaders,
  'content-security-policy': `${pageHeaders['content-security-policy']}; script-src ${hashSource(script)}; connect-src 'self'; img-src ${picsUrl}`,
})

const outcome = ({ name, published, problem }: Outcome): Html =>
  published === null
    ? html`<li role="alert"><span class="words error">${name}: ${problem}</span></li>`
    : html`<li>${published.thumbnailUrl ? html`<img src="${published.thumbnailUrl}" alt="">` : ''}<span class="words">${name}<a class="address" href="${published.url}">${published.url}</a></span></li>`

export const uploadContent = (member: string, token: string, outcomes: readonly Outcome[]): Html =>
  html`<p>Each picture or text gets an address of its own; whoever has it can see it.</p>
  <ul id="results" class="results" aria-live="polite">${outcomes.map(outcome)}</ul>
  <form method="post" action="/upload" enctype="multipart/form-data" id="upload"><input type="hidden" name="token" value="${token}">
  <div class="drop"><label for="file">Pictures (JPEG, PNG, WebP, GIF or AVIF, ${largestFile} each) or text files</label>
  <input id="file" name="file" type="file" multiple><p class="quiet">You can also drop them on this page, or paste them.</p><ul id="chosen"></ul></div>
  <label for="text">Or a text</label><textarea id="text" name="text" rows="8" spellcheck="false" autocomplete="off"></textarea>
  <label for="title">Its title, if you like; an ending such as .py says how it is highlighted</label><input id="title" name="title" maxlength="120" autocomplete="off" autocapitalize="none" spellcheck="false">
  <button>Publish</button></form>
  <form method="post" action="/upload/sign-out" class="quiet"><input type="hidden" name="token" value="${token}">You are signed in as <strong>${member}</strong>. <button class="plain small">Sign out</button></form>${raw(scriptElement)}`
