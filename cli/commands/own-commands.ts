import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Output } from '../print/output.ts'
import { unknownWord } from './words.ts'

/** A command that is the command line's own: it is about this terminal, so that no other front end has it. */
export interface OwnCommand {
  readonly noun: string
  readonly verb: string | null
  readonly usage: string
  readonly summary: string
  readonly description: string
  readonly flags: readonly (readonly [string, string])[]
  run(argv: readonly string[], out: Output, operations: readonly OperationDescription[]): Promise<void>
}

const url = ['--url URL', 'the platform; else IRC_NOW_URL, the profile’s, or this machine’s own'] as const
const profile = ['--profile NAME', 'the profile; else IRC_NOW_PROFILE, or the one in use'] as const
const browser = ['--no-browser', 'only print the link'] as const

export const ownCommands: readonly OwnCommand[] = [
  {
    noun: 'login',
    verb: null,
    usage: 'irc-now login',
    summary: 'Sign in to a platform with your browser.',
    description:
      'It shows a code and a link, waits until you have approved it in any browser, and keeps the sign-in as a profile, which is then in use. The token goes to your keyring, or where there is none to a file only you may read.',
    flags: [url, ['--profile NAME', 'the profile to make or to sign in again (default)'], browser],
    run: async (argv, out, operations) => (await import('./login.ts')).runLogin(argv, out, operations),
  },
  {
    noun: 'register',
    verb: null,
    usage: 'irc-now register',
    summary: 'Open the page on which one signs up.',
    description: 'Afterwards, “irc-now login” signs this terminal in.',
    flags: [url, profile, browser],
    run: async (argv, out) => (await import('./register.ts')).runRegister(argv, out),
  },
  {
    noun: 'logout',
    verb: null,
    usage: 'irc-now logout',
    summary: 'Sign out: end the sign-in at the platform and forget its token.',
    description: 'The profile stays, so that “irc-now login” finds the platform again.',
    flags: [profile],
    run: async (argv, out) => (await import('./logout.ts')).runLogout(argv, out),
  },
  {
    noun: 'profile',
    verb: 'list',
    usage: 'irc-now profile list',
    summary: 'List your sign-ins, and which one is in use.',
    description: '',
    flags: [],
    run: async (argv, out) => (await import('./profile.ts')).listProfiles(argv, out),
  },
  {
    noun: 'profile',
    verb: 'use',
    usage: 'irc-now profile use <name>',
    summary: 'Use this profile from now on; “local” is this machine’s own daemon.',
    description: '',
    flags: [],
    run: async (argv, out) => (await import('./profile.ts')).useProfile(argv, out),
  },
  {
    noun: 'profile',
    verb: 'delete',
    usage: 'irc-now profile delete <name>',
    summary: 'Sign out and forget the profile.',
    description: '',
    flags: [],
    run: async (argv, out) => (await import('./profile.ts')).deleteProfile(argv, out),
  },
]

export const ownNouns = [...new Set(ownCommands.map(({ noun }) => noun))]

/** The command that the words name, and the words after it; null when they name none of these. */
export function findOwnCommand(words: readonly string[]): { command: OwnCommand; words: readonly string[] } | null {
  const [noun = '', verb] = words
  const ofNoun = ownCommands.filter((one) => one.noun === noun)
  if (ofNoun.length === 0) return null
  const [only] = ofNoun
  if (only?.verb === null) return { command: only, words: words.slice(1) }
  const verbs = ofNoun.map((one) => String(one.verb))
  if (verb === undefined) throw new OperationError('unknown_operation', `${noun} wants a verb: ${verbs.join(', ')}.`)
  const command = ofNoun.find((one) => one.verb === verb)
  if (!command) throw unknownWord(`verb of ${noun}`, verb, verbs, `irc-now ${noun} --help`)
  return { command, words: words.slice(2) }
}
