import { distance } from 'fastest-levenshtein'

/**
 * What the highlighter knows, each with its other names: as data, so that nothing here loads the highlighter. A test
 * beside that compares them.
 */
const list = `
1c, abnf, accesslog, actionscript as, ada, angelscript asc, apache apacheconf, applescript osascript, arcade,
arduino ino, armasm arm, asciidoc adoc, aspectj, autohotkey ahk, autoit, avrasm, awk, axapta x++, bash sh zsh,
basic, bnf, brainfuck bf, c h, cal, capnproto capnp, ceylon, clean icl dcl, clojure clj edn, clojure-repl,
cmake cmake.in, coffeescript coffee cson iced, coq, cos cls, cpp cc c++ h++ hpp hh hxx cxx, crmsh crm pcmk,
crystal cr, csharp cs c#, csp, css, d, dart, delphi dpr dfm pas pascal, diff patch, django jinja, dns bind zone,
dockerfile docker, dos bat batch cmd, dsconfig, dts, dust dst, ebnf, elixir ex exs, elm, erb, erlang erl,
erlang-repl, excel xlsx xls, fix, flix, fortran f90 f95, freedesktop desktop systemd, fsharp fs f#, gams gms,
gauss gss, gcode nc, gherkin feature, glsl, gml, go golang, golo, gradle, graphql gql, groovy, haml,
handlebars hbs html.hbs html.handlebars htmlbars, haskell hs, haxe hx, hsp, http https, hy hylang, inform7 i7,
ini toml, irpf90, isbl, java jsp, javascript js jsx mjs cjs, jboss-cli wildfly-cli, json jsonc json5, julia,
julia-repl jldoctest, kotlin kt kts ktm ktx, lasso ls lassoscript, latex tex, ldif, leaf, less, lisp,
livecodeserver, livescript ls, llvm, lsl, lua pluto, makefile mk mak make, markdown md mkdown mkd,
mathematica mma wl, matlab, maxima, mel, mercury m moo, mipsasm mips, mizar, mojolicious, monkey,
moonscript moon, n1ql, nestedtext nt, nginx nginxconf, nim, nix nixos, node-repl, nsis,
objectivec mm objc obj-c obj-c++ objective-c++, ocaml ml, openscad scad, oxygene, parser3, perl pl pm,
pf pf.conf, pgsql postgres postgresql, php, php-template, plaintext text txt, pony, powershell pwsh ps ps1,
processing pde, profile, prolog, properties, protobuf proto, puppet pp, purebasic pb pbi, python py gyp ipython,
python-repl pycon, q k kdb, qml qt, r, reasonml re, rib, roboconf graph instances, routeros mikrotik, rsl,
ruby rb gemspec podspec thor irb, ruleslanguage, rust rs, sas, scala, scheme scm, scilab sci, scss,
shell console shellsession, smali, smalltalk st, sml ml, sqf, sql, stan stanfuncs, stata do ado,
step21 p21 step stp, stylus styl, subunit, swift, taggerscript, tap, tcl tk, thrift, tp, twig craftcms,
typescript ts tsx mts cts, vala, vbnet vb, vbscript vbs, vbscript-html, verilog v sv svh, vhdl, vim, wasm, wren,
x86asm, xl tao, xml html xhtml rss atom xjb xsd xsl plist wsf svg, xquery xpath xq xqm, yaml yml, zephir zep
`

export interface KnownLanguage {
  readonly name: string
  readonly aliases: readonly string[]
}

export const languages: readonly KnownLanguage[] = list
  .trim()
  .split(/,\s/)
  .map((names) => {
    const [name = '', ...aliases] = names.split(' ')
    return { name, aliases }
  })

const all = languages.flatMap(({ name, aliases }) => [name, ...aliases])
const known = new Set(all)

export const isLanguage = (name: string) => known.has(name.toLowerCase())

/** What a file’s name says of its language: its ending, or its whole name, where that is one. */
export function languageOfName(name: string): string | null {
  const [, ending = ''] = /(?:^|\.)(dockerfile|makefile|(?<=\.)[^.]+)$/i.exec(name) ?? []
  return isLanguage(ending) ? ending.toLowerCase() : null
}

/** The sentence about a name that no language has, with those that may have been meant. */
export function unknownLanguage(name: string): string {
  const wanted = name.toLowerCase()
  const near = all
    .map((one) => ({ one, far: distance(wanted, one) }))
    .filter(({ one, far }) => far <= Math.max(1, Math.floor(Math.min(one.length, wanted.length) / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ one }) => one)
  const meant =
    near.length > 0 ? `did you mean ${near.join(' or ')}? “paste languages” lists all.` : '“paste languages” lists all.'
  return `There is no language “${name.slice(0, 32)}”; ${meant}`
}
