// The POSIX shell that bestk runs as the controller inside a container, and with it whose the files there are.
import { posix } from "node:path";
import type { SandboxFile } from "./sandbox.js";

/** The unprivileged user that candidate code runs under; needs no line in /etc/passwd, and gets one. */
export const TESTED_UID = 65532;
export const TESTED_HOME = "/home/bestk";

/** On images whose tree is the tested user's already, with that user's id. */
export const PREPARED_LABEL = "bestk.prepared";

/** Where the controller looks for programs: never in a folder that the tested user may write. */
export const CONTROLLER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** One word of a shell command line, whatever it holds (but NUL). */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** As `sh -c TEXT sh FOLDER COMMAND`: runs a command in a folder; 126 if there is no such folder. */
export const IN_FOLDER =
  'cd -- "$1" 2>/dev/null || { echo "bestk: no folder $1" >&2; exit 126; }; exec /bin/sh -c "$2"';

/** Gives a tree to the tested user, save `.git` and the top folder (sticky: it can't move `.git` out of the way). */
export function handOverTree(workdir: string): string {
  return `chown -R ${TESTED_UID}:${TESTED_UID} ${quote(workdir)}\n${keepBack(workdir)}`;
}

/**
 * The same for a ready image, whose tree may be gigabytes: only its folders change hands, since giving away a file copies
 * it. The tested user can then replace every file, which is how compilers and tests write.
 */
export function handOverFolders(workdir: string): string {
  const git = quote(`${workdir}/.git`);
  return `find ${quote(workdir)} -xdev -path ${git} -prune -o -type d ! -user ${TESTED_UID} -exec chown ${TESTED_UID} {} +
${keepBack(workdir)}`;
}

function keepBack(workdir: string): string {
  const top = quote(workdir);
  return `chown 0:0 ${top}
chmod 1777 ${top}
if [ -d ${top}/.git ]; then
  find ${top}/.git ! -user 0 -exec chown -h 0:0 {} +
  find ${top}/.git ! -type l -perm -2 -exec chmod go-w {} +
fi`;
}

/**
 * What a fresh container needs before anything runs in it: a home and a name for the tested user, and git that takes the
 * controller's repository for safe under that user too. Says the real path of the workdir.
 */
export function prepareContainer(workdir: string, prepared: boolean): string {
  return `(set -e
cd -- ${quote(workdir)}
top=$(pwd -P)
mkdir -p ${TESTED_HOME} && chown ${TESTED_UID}:${TESTED_UID} ${TESTED_HOME}
if [ -w /etc/passwd ] && ! grep -q ':${TESTED_UID}:' /etc/passwd; then
  echo 'bestk:x:${TESTED_UID}:${TESTED_UID}::${TESTED_HOME}:/bin/sh' >>/etc/passwd
fi
if [ -w /etc ] && ! grep -qs safe /etc/gitconfig; then printf '[safe]\\n\\tdirectory = *\\n' >>/etc/gitconfig; fi
${prepared ? "" : handOverFolders(workdir)}
printf %s "$top") </dev/null`;
}

/** How often the kernel killed for memory in this container: cgroup v2, then v1; nothing where neither is seen. */
export const COUNT_MEMORY_KILLS = `for f in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  if [ -r "$f" ]; then while read -r k v; do [ "$k" = oom_kill ] && echo "$v"; done <"$f"; break; fi
done`;

/** More than a test run leaves behind; reading what so many are would take a shell that competes with them seconds. */
const MANY_PROCESSES = 64;

/** Which processes to kill: those of the tested user (of one group of it), or those of one session of the controller. */
export type Victims = { readonly gid: number | null } | { readonly session: number };

/**
 * Kills them with the shell's own commands alone, for there may be no process left to be had, and prints how many it found and
 * what it did of it: `some`, or `all` where there are very many, or if told so: everything but init and this shell is killed
 * in one call that none can outrun, and commands that run beside them and other shells of the controller are lost too.
 */
export function killProcesses(victims: Victims, everything: boolean): string {
  const [last, wanted] =
    "session" in victims
      ? ["NSsid:", `[ "$u:$s" = 0:${victims.session} ]`]
      : ["Gid:", `[ "$u" = ${TESTED_UID} ]${victims.gid === null ? "" : ` && [ "$g" = ${victims.gid} ]`}`];
  return `{ set -- /proc/[0-9]*
did=some
if ${everything} || [ $# -gt ${MANY_PROCESSES} ]; then did=all; kill -KILL -1; fi
n=0
for d in /proc/[0-9]*; do
  state=; u=; g=; s=
  while read -r k v x; do
    case $k in State:) state=$v ;; Uid:) u=$v ;; Gid:) g=$v ;; NSsid:) s=$v ;; esac
    [ "$k" = ${last} ] && break
  done <"$d/status"
  if [ "$state" != Z ] && ${wanted}; then n=$((n + 1)); kill -KILL "\${d#/proc/}"; fi
done; } 2>/dev/null
echo $n $did`;
}

/** A command of the controller as lines for a kept shell. Throws RangeError for a name that can't be a variable's. */
export function controllerCommand(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  stdin: Buffer | null,
): Buffer {
  const exports = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`${name} can't name an environment variable`);
    return `export ${name}=${quote(value)}`;
  });
  const run = `(${exports.join("\n")}\nexec /bin/sh -c ${quote(IN_FOLDER)} sh ${quote(cwd)} ${quote(command)})`;
  if (stdin === null) return Buffer.from(`${run} </dev/null`);
  return Buffer.concat([printfOf(stdin), Buffer.from(` | ${run}`)]);
}

/** The first bytes of a regular file whose path leads through no link; exit code 66 for anything else. */
export function readPlain(path: string, maxBytes: number): string {
  const p = quote(path);
  return `( [ -f ${p} ] && [ ! -L ${p} ] && [ "$(readlink -f ${p})" = ${p} ] || exit 66; exec head -c ${maxBytes} ${p} ) </dev/null`;
}

/**
 * Writes a file as the controller's own. Folders on the way inside the workdir become the controller's too (sticky, open to
 * new entries, but for `.git`), so that the tested user can't swap the file; what is in the way there is removed.
 */
export function writeFile(workdir: string, file: SandboxFile): Buffer {
  const path = posix.resolve(workdir, file.path);
  const inside = path.startsWith(`${workdir}/`) ? posix.relative(workdir, path) : null;
  const folders = (inside ?? "").split("/").slice(0, -1);
  const open = folders[0] === ".git" ? ":" : 'chmod 1777 "$d"';
  const way =
    inside === null
      ? [`mkdir -p ${quote(posix.dirname(path))}`]
      : [
          `d=${quote(workdir)}`,
          ...folders.flatMap((name) => [
            `d="$d"/${quote(name)}`,
            'if [ -L "$d" ] || { [ -e "$d" ] && [ ! -d "$d" ]; }; then rm -f "$d"; fi',
            `if [ ! -d "$d" ]; then mkdir "$d" && ${open}; elif [ ! -O "$d" ]; then chown 0:0 "$d" && ${open}; fi`,
          ]),
        ];
  const target = quote(path);
  const mode = (file.mode ?? 0o644).toString(8);
  return Buffer.concat([
    Buffer.from(`(set -e\n${way.join("\n")}\n${inside === null ? "rm -f" : "rm -rf"} ${target}\n`),
    printfOf(typeof file.content === "string" ? Buffer.from(file.content) : Buffer.from(file.content)),
    Buffer.from(` >${target}\nchmod ${mode} ${target}) </dev/null`),
  ]);
}

/** The shell's own printf with the bytes as they are, or written in octal if there is a NUL among them. */
function printfOf(content: Buffer): Buffer {
  if (content.includes(0)) {
    const octal = Array.from(content, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
    return Buffer.from(`printf '${octal}'`);
  }
  const text = content.toString("latin1").replaceAll("'", "'\\''");
  return Buffer.from(`printf %s '${text}'`, "latin1");
}
