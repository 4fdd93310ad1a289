/** A bar on the terminal for one file that is sent, gone once it is over; nothing where there is no terminal. */
export function progressBar(name: string, size: number | null, terminal: NodeJS.WriteStream = process.stderr) {
  if (terminal.isTTY !== true) return { show: () => undefined, end: () => undefined }
  let last = -1
  return {
    show(sent: number): void {
      const part = size ? Math.min(100, Math.floor((sent / size) * 100)) : Math.floor(sent / 262_144)
      if (part === last) return
      last = part
      const width = 24
      const done = size ? Math.round((part / 100) * width) : 0
      const bar = size
        ? `[${'#'.repeat(done)}${'.'.repeat(width - done)}] ${part} %`
        : `${(sent / 1048576).toFixed(1)} MB`
      const room = Math.max(8, (terminal.columns ?? 80) - bar.length - 3)
      const short = name.length > room ? `…${name.slice(1 - room)}` : name
      terminal.write(`\r\u001b[K${short}  ${bar}`)
    },
    end(): void {
      if (last >= 0) terminal.write('\r\u001b[K')
    },
  }
}
