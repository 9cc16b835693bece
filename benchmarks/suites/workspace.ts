// Plays an agent's acts in a real checkout: diffs come from git, and what commands print is recorded once and replayed.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Act, PatchForm } from "./author.js";

/** Output of commands by the hash of what they depend on: the files and the command. */
export interface Recording {
  readonly known: Map<string, Output>;
  readonly used: Set<string>;
  /** Run what is not known yet, instead of refusing. */
  readonly live: boolean;
}

export interface Output {
  readonly exit: number;
  readonly text: string;
}

/** An act and what came back. `snippet` is the changed part of a file after an edit, as `cat -n` prints it. */
export interface Played {
  readonly act: Act;
  readonly exit: number;
  readonly observation: string;
}

export interface Playback {
  readonly played: readonly Played[];
  readonly patch: string;
}

const GIT_ENV = {
  PATH: process.env.PATH ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "suite",
  GIT_AUTHOR_EMAIL: "suite@example.org",
  GIT_COMMITTER_NAME: "suite",
  GIT_COMMITTER_EMAIL: "suite@example.org",
};
const CHECKOUT = "/testbed";

/** A checkout of an instance's repository, in which rollouts are played one after the other. */
export class Workspace implements Disposable {
  readonly #root: string;
  readonly #recording: Recording;

  constructor(repository: string, recording: Recording) {
    this.#root = join(mkdtempSync(join(tmpdir(), "bestk-suite-")), "testbed");
    this.#recording = recording;
    cpSync(repository, this.#root, { recursive: true, filter: (path) => !path.includes("__pycache__") });
    this.#git("init", "-q");
    this.#git("add", "-A");
    this.#git("commit", "-qm", "base");
  }

  /** Plays the acts from a clean tree and leaves it clean. */
  play(acts: readonly Act[], form: PatchForm = "plain"): Playback {
    const played = acts.map((act) => this.#do(act));
    this.#git("add", "-A");
    const patch = this.#git("diff", "--cached", "--no-color", "--no-ext-diff", "--abbrev=7");
    this.#git("reset", "-q", "--hard");
    return { played, patch: inForm(patch, form) };
  }

  [Symbol.dispose](): void {
    rmSync(dirname(this.#root), { recursive: true, force: true });
  }

  #do(act: Act): Played {
    switch (act.kind) {
      case "run":
        return { act, ...this.#record(act.command) };
      case "view":
        return { act, exit: 0, observation: numbered(this.#read(act.path), act.lines) };
      case "create":
        this.#write(act.path, act.text);
        return { act, exit: 0, observation: "" };
      case "remove":
        rmSync(join(this.#root, act.path));
        return { act, exit: 0, observation: "" };
      case "edit":
        return { act, exit: 0, observation: this.#replace(act.path, act.old, act.new) };
    }
  }

  #replace(path: string, old: string, next: string): string {
    const text = this.#read(path);
    const at = text.indexOf(old);
    if (at === -1 || text.includes(old, at + 1))
      throw new Error(`${path}: the text to replace is not there once:\n${old}`);
    this.#write(path, text.slice(0, at) + next + text.slice(at + old.length));
    const first = text.slice(0, at).split("\n").length;
    return numbered(this.#read(path), [Math.max(1, first - 3), first + next.split("\n").length + 2]);
  }

  #record(command: string): { exit: number; observation: string } {
    const key = createHash("sha256").update(`${this.#treeHash()}\n${command}`).digest("hex").slice(0, 20);
    let output = this.#recording.known.get(key);
    if (output === undefined) {
      if (!this.#recording.live) throw new Error(`no recording of "${command}": run the build with --record`);
      output = this.#runLive(command);
      this.#recording.known.set(key, output);
    }
    this.#recording.used.add(key);
    return { exit: output.exit, observation: output.text };
  }

  #runLive(command: string): Output {
    const env = {
      ...GIT_ENV,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: this.#root,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONPATH: "src",
    };
    const done = spawnSync("bash", ["-c", `ulimit -v 20000000; { ${command}\n} 2>&1`], {
      cwd: this.#root,
      env,
      encoding: "utf8",
      timeout: 20_000,
    });
    const text = done.stdout
      .replaceAll(this.#root, CHECKOUT)
      .replace(/[ \t]+$/gm, "")
      .replace(/\n$/, "");
    const dirty = this.#git("status", "--porcelain", "--ignored").includes("__pycache__");
    if (dirty) throw new Error(`${command}: left files behind`);
    return { exit: done.status ?? 124, text };
  }

  #treeHash(): string {
    const hash = createHash("sha256");
    for (const entry of readdirSync(this.#root, { recursive: true, withFileTypes: true }).sort(byPath)) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.includes("/.git/")) continue;
      hash.update(`${path.slice(this.#root.length)}\0${readFileSync(path, "utf8")}\0`);
    }
    return hash.digest("hex");
  }

  #read(path: string): string {
    return readFileSync(join(this.#root, path), "utf8");
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true });
    writeFileSync(join(this.#root, path), text);
  }

  #git(...args: string[]): string {
    return execFileSync("git", args, { cwd: this.#root, env: GIT_ENV, encoding: "utf8" });
  }
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  const [left, right] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Lines as `cat -n` prints them. */
function numbered(text: string, lines?: readonly [number, number]): string {
  const all = text.replace(/\n$/, "").split("\n");
  const [from, to] = lines ?? [1, all.length];
  return all
    .slice(from - 1, to)
    .map((line, index) => `${String(from + index).padStart(6)}\t${line}`)
    .join("\n");
}

function inForm(patch: string, form: PatchForm): string {
  if (form === "plain") return patch;
  if (form === "crlf") return patch.replaceAll("\n", "\r\n");
  if (form === "no-index") return patch.replace(/^index .*\n/gm, "");
  const [old, next] = form.stale;
  if (!patch.includes(old)) throw new Error(`the stale text is not in the patch: ${old}`);
  return patch.replaceAll(old, () => next);
}
