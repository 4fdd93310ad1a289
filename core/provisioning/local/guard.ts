/**
 * A POSIX shell program that becomes the service, leaving behind a watcher that outlives a `kill -9` of the daemon.
 *
 * The daemon holds the other end of descriptor 3. It ends when the daemon does, however that happens, and the watcher
 * then ends the service. A line `done` tells the watcher that the service is gone already, so that it never signals a
 * recycled process id. Descriptor 4, where there is one, marks the service as present, so the watcher lets go of it.
 * The service itself is exec'ed: its process id is the one that the daemon spawned.
 *
 * Arguments: pid file, grace in tenths of a second, command, arguments.
 */
export const guardScript = `
umask 077
pid_file=$1
grace=$2
shift 2
(
  trap '' INT TERM HUP
  while read -r word; do
    [ "$word" = done ] && exit 0
  done
  kill -TERM "$$" 2>/dev/null || exit 0
  while [ "$grace" -gt 0 ] && kill -0 "$$" 2>/dev/null; do
    sleep 0.1
    grace=$((grace - 1))
  done
  kill -KILL "$$" 2>/dev/null
) <&3 3<&- 4<&- >/dev/null 2>&1 &
printf '%s\\n' "$$" > "$pid_file" || exit 125
exec "$@" </dev/null 3<&-
`
