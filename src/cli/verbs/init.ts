// `bestk init`: a commented bestk.config.yaml for the folder it is called in, from what it finds there.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BestkError } from "../../core/errors.js";
import { writeAtomic } from "../../core/io.js";
import type { InitResult } from "../../core/schemas/plans.js";
import { CONFIG_NAMES } from "../configFile.js";
import { configText } from "../configText.js";
import { detectFolder } from "../detectFolder.js";
import { listenForInterrupt } from "../interrupt.js";
import { clean } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

const NAME = "bestk.config.yaml";

export const init: Verb = {
  name: "init",
  examples: [
    ["bestk init", "write bestk.config.yaml with the rollouts, the instances and the test runner found here"],
    ["bestk init --dry-run", "print it, and write nothing"],
    ["bestk init --force", "write it again, over the one that is there"],
  ],
  ignores: ["config", "show-config", "seed", "jobs", "limit", "only", "skip-bad", "events"],
  define: (command) =>
    command
      .description("write a commented bestk.config.yaml for this folder, from what is found in it")
      .option("--force", "write over a file that is there"),
  act: async (_, options) => {
    const { force = false, dryRun = false } = options as { readonly force?: boolean; readonly dryRun?: boolean };
    const terminal = openTerminal(options);
    const there = await firstThere(CONFIG_NAMES);
    const isInTheWay = there !== null && !(force && there === NAME);
    if (isInTheWay && !dryRun) {
      const hint =
        there === NAME
          ? "--force writes it again; --dry-run prints what would be written"
          : `remove ${there} first: there can be one only`;
      throw new BestkError("usage", `${there} is there already`, { hint });
    }
    const interrupt = listenForInterrupt(() => {});
    try {
      const found = await detectFolder(".", interrupt.drain);
      const text = configText(found);
      if (!dryRun) await writeAtomic(NAME, text);
      const written = dryRun ? null : NAME;
      const { rollouts, instances, runner } = found;
      const named = rollouts.map(({ path, formats }) => ({ path, formats: [...formats] }));
      const result: InitResult = {
        schema: "bestk.init/1",
        written,
        rollouts: named,
        instances: [...instances],
        runner,
      };
      terminal.data(result);
      if (dryRun) terminal.result(text.trimEnd());
      for (const { path, formats } of rollouts) terminal.note(`rollouts: ${clean(path)} (${formats.join(", ")})`);
      for (const { path, instances: count } of instances) terminal.note(`instances: ${clean(path)} (${count})`);
      if (runner !== null) terminal.note(`test runner: ${runner.name} (${runner.because})`);
      if (rollouts.length + instances.length === 0) terminal.note("no rollouts and no instance records found here");
      if (!dryRun) terminal.note(`written: ${NAME}; \`bestk run --show-config\` shows what it makes of it`);
      return 0;
    } finally {
      interrupt.dispose();
    }
  },
};

async function firstThere(names: readonly string[]): Promise<string | null> {
  for (const name of names) if ((await stat(join(".", name)).catch(() => null)) !== null) return name;
  return null;
}
