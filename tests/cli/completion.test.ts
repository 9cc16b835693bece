// Completions in the shells themselves, and examples and flags of every verb against the program: neither can go stale.
import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/commands.js";
import { COMPLETION_SCRIPTS } from "../../src/cli/completionScripts.js";
import { type CompletionTree, completionTree } from "../../src/cli/completionTree.js";
import { VERBS } from "../../src/cli/program.js";
import { AGGREGATOR_NAMES } from "../../src/select/registry.js";
import { ROOT } from "../support/program.js";

let tree: CompletionTree;
let program: Command;
let folder: string;

beforeAll(async () => {
  program = (await buildProgram(VERBS, null)).program;
  tree = await completionTree(program);
  folder = await mkdtemp(join(tmpdir(), "bestk-completion-"));
  for (const [shell, script] of Object.entries(COMPLETION_SCRIPTS)) await writeFile(join(folder, shell), script(tree));
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function has(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "exit 0"]);
    return true;
  } catch {
    return false;
  }
}

async function words(shell: string, args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(shell, [...args], { cwd: ROOT });
  return stdout.split(/\s+/).filter((word) => word !== "");
}

/** What bash offers for a line with the cursor at its end. */
function inBash(line: string): Promise<readonly string[]> {
  const script = `source "$1"; COMP_LINE="$2"; COMP_POINT=\${#2}; _bestk; printf "%s\\n" "\${COMPREPLY[@]}"`;
  return words("bash", ["-c", script, "bash", join(folder, "bash"), line]);
}

const verbNames = () => [...new Set(tree.verbs.map(({ words: [first = ""] }) => first))];

describe("what is completed", () => {
  it("is every verb of the program, every flag that its help shows, and the names that flags take", () => {
    expect(verbNames()).toEqual(program.commands.map((command) => command.name()));
    const rank = tree.verbs.find(({ words: [first] }) => first === "rank");
    const flags = rank?.flags.flatMap(({ names }) => names) ?? [];
    expect(flags).toEqual(expect.arrayContaining(["-a", "--aggregator", "--json", "--help"]));
    expect(flags).not.toContain("--jobs");
    const values = rank?.flags.find(({ names }) => names.includes("--aggregator"))?.takes;
    expect(values).toEqual(expect.arrayContaining([...AGGREGATOR_NAMES]));
  });
});

describe.runIf(has("bash"))("bash", () => {
  it("offers verbs, verbs of a group, flags and values", async () => {
    expect(await inBash("bestk ")).toEqual(expect.arrayContaining(verbNames()));
    expect(await inBash("bestk ra")).toEqual(["rank"]);
    expect(await inBash("bestk testgen mi")).toEqual(["mine"]);
    expect(await inBash("bestk rank run --ag")).toEqual(["--aggregator"]);
    expect(await inBash("bestk run --sandbox ")).toEqual(["docker", "process"]);
    expect(await inBash("bestk testgen filter --outputs d")).toEqual(["drop"]);
    expect(await inBash("bestk completion ")).toEqual(["bash", "zsh", "fish"]);
    expect(await inBash("bestk run --jobs ")).toEqual([]);
    expect(await inBash("bestk nonsense ")).toEqual([]);
  });

  it("puts back what stands behind a colon, and goes on behind a comma", async () => {
    expect(await inBash("bestk rank run -a hybrid:d")).toEqual(["deepswe"]);
    expect(await inBash("bestk curve run -a majority,ora")).toEqual(["majority,oracle"]);
  });

  it("offers files for arguments and paths, and folders alone for folders", async () => {
    expect(await inBash("bestk run package.j")).toEqual(["package.json"]);
    expect(await inBash("bestk run --run packa")).toEqual([]);
    expect(await inBash("bestk run --run test")).toEqual(["tests"]);
  });
});

describe.runIf(has("fish"))("fish", () => {
  it("offers verbs, verbs of a group, flags and values", async () => {
    const inFish = async (line: string): Promise<readonly string[]> => {
      const script = `source ${join(folder, "fish")}; complete -C '${line}' | string replace -r '\\t.*' ''`;
      return words("fish", ["--no-config", "-c", script]);
    };
    expect(await inFish("bestk ra")).toEqual(["rank"]);
    expect(await inFish("bestk testgen mi")).toEqual(["mine"]);
    expect(await inFish("bestk rank run --ag")).toEqual(["--aggregator"]);
    expect(await inFish("bestk rank run -a hybrid:d")).toEqual(["hybrid:deepswe"]);
    expect(await inFish("bestk run --sandbox ")).toEqual(["docker", "process"]);
  });
});

describe.runIf(has("zsh"))("zsh", () => {
  it("describes verbs and hands flags with their values to _arguments", async () => {
    const inZsh = (...line: readonly string[]): Promise<readonly string[]> => {
      const stubs = `_describe() { print -l -- "\${(P@)2}" }; _arguments() { print -l -- "$@" }`;
      const script = `${stubs}; source ${join(folder, "zsh")}; words=(${line.map((word) => `"${word}"`).join(" ")}); CURRENT=${line.length}; _bestk`;
      return words("zsh", ["-f", "-c", script]);
    };
    const offered = (await inZsh("bestk", "")).join(" ");
    for (const name of verbNames()) expect(offered).toContain(`${name}:`);
    expect((await inZsh("bestk", "testgen", "")).join(" ")).toContain("mine:");
    const flags = (await inZsh("bestk", "testgen", "filter", "")).join(" ");
    expect(flags).toContain("--outputs[");
    expect(flags).toContain('"spare"');
    expect((await inZsh("bestk", "rank", "x", "")).join(" ")).toContain('"hybrid\\:deepswe"');
  });
});

describe("examples", () => {
  /** The words of a line as a shell has them; redirections end it. */
  const wordsOf = (line: string): string[] =>
    (/^[^>]*/.exec(line)?.[0].match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, "$1"));

  it("are two at least for each verb, in its help, and each is taken by the program", async () => {
    const entries = Object.entries(VERBS).flatMap(([name, entry]) =>
      "verbs" in entry
        ? Object.entries(entry.verbs).map(([inner, lazy]) => [`${name} ${inner}`, lazy] as const)
        : [[name, entry] as const],
    );
    expect(entries.length).toBeGreaterThan(15);
    for (const [name, [, load]] of entries) {
      const { examples } = await load();
      expect(examples.length, name).toBeGreaterThanOrEqual(2);
      for (const [line, what] of examples) {
        expect(what, line).toMatch(/\w/);
        expect(line.startsWith(`bestk ${name}`), line).toBe(true);
        const argv = wordsOf(line).slice(1);
        const built = await buildProgram(VERBS, argv);
        let command: Command = built.program;
        for (const word of name.split(" ")) command = command.commands.find((one) => one.name() === word) as Command;
        let taken = false;
        command.action(() => {
          taken = true;
        });
        const required = command.usage().match(/<[\w-]+(\.\.\.)?>/g) ?? [];
        await built.program.parseAsync([...built.words], { from: "user" });
        expect(taken, line).toBe(true);
        expect(command.args.length, line).toBeGreaterThanOrEqual(required.length);
      }
    }
  }, 60_000);
});
