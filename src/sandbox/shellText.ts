// Pieces of POSIX shell that bestk runs as the controller inside a container, and whose the files there are.

/** The unprivileged user that candidate code runs under; needs no line in /etc/passwd. */
export const TESTED_UID = 65532;

/** On images whose tree is the tested user's already, with that user's id. */
export const PREPARED_LABEL = "bestk.prepared";

/** One word of a shell command line, whatever it holds (but NUL). */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Gives a tree to the tested user, save `.git` and the top folder (sticky: it can't move `.git` out of the way). */
export function handOverTree(workdir: string): string {
  const top = quote(workdir);
  return [
    `chown -R ${TESTED_UID}:${TESTED_UID} ${top}`,
    `chown 0:0 ${top}`,
    `chmod 1777 ${top}`,
    `if [ -e ${top}/.git ]; then chown -R 0:0 ${top}/.git; chmod -R go-w ${top}/.git; fi`,
  ].join("\n");
}
