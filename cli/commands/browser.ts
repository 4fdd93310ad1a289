/** Whether a browser can show itself to the person at this terminal. */
function canOpen(env: NodeJS.ProcessEnv): boolean {
  const set = (name: string) => Boolean(env[name]) && env[name] !== 'false' && env[name] !== '0'
  if (set('CI') || set('SSH_CONNECTION') || set('SSH_TTY')) return false
  return process.platform !== 'linux' || set('DISPLAY') || set('WAYLAND_DISPLAY') || set('WSL_DISTRO_NAME')
}

/** Opens the page unless that is unwanted or impossible; the link has been printed anyway. */
export async function openBrowser(link: string, wanted: boolean): Promise<void> {
  if (!wanted || !canOpen(process.env)) return
  const { default: open } = await import('open')
  await open(link).catch(() => undefined)
}
