/**
 * Runs a command under the id it was started with, for as long as its input is open. Whoever is
 * killed runs no clean-up: then the system closes it, also for a command that is frozen. One that
 * ended by itself is no longer the parent of what watches, and another process may have its id.
 */
const WHILE_OPEN = `exec 3<&0; us=$$
{
  read -r _ <&3
  read -r _ _ _ parent _ </proc/self/stat
  [ "\${parent:-$us}" = $us ] && kill $us && kill -CONT $us
} </dev/null >/dev/null 2>&1 &
exec "$0" "$@" </dev/null 3<&-`;

/**
 * A command that ends with the process that starts it, however that ends: it is to be started with a
 * pipe for its input, which that process keeps open.
 */
export const endsWithUs = (
  command: string,
  ...args: string[]
): [command: string, ...args: string[]] => [
  "sh",
  ...["-c", WHILE_OPEN, command],
  ...args,
];
