// `bestk render`: exactly what the reward model reads of a rollout, with what was cut.
import { BestkError } from "../../core/errors.js";
import { didYouMean } from "../../core/nearest.js";
import { issueFor, loadTasks } from "../../rollouts/instances.js";
import { loadRollouts } from "../../rollouts/load.js";
import { onlyOf } from "../../run/filter.js";
import { addScaffoldOption, collect, type GlobalOptions } from "../options.js";
import { shellWord } from "../resume.js";
import { openModel } from "../rewardModel.js";
import { scaffoldNamed } from "../runFlags.js";
import { tellPassedOver, tellSkipped } from "../skipped.js";
import { cleanLines } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly instances?: readonly string[];
  readonly model?: string;
  readonly rollout?: string;
}

const SHOWN_CUTS = 12;

export const render: Verb = {
  name: "render",
  examples: [
    ["bestk render run1.traj --instances instances.jsonl", "the text that the model reads of one rollout"],
    [
      "bestk render trajs.jsonl --only django__django-11099 --rollout r07 --json",
      "one of many rollouts in a file, with its tokens and features",
    ],
  ],
  ignores: ["seed", "jobs", "dry-run", "events"],
  define: (command) =>
    addScaffoldOption(command)
      .description("print exactly what the reward model reads of a rollout")
      .argument("<rollout>", "a file of a known format")
      .option("--rollout <id>", "which rollout, where the file holds several")
      .option("--instances <file>", "instance records, for the issue text (several files, or repeated)", collect)
      .option("--model <dir>", "folder of the reward model (default: the shipped one)"),
  act: async ([path], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const scaffold = scaffoldNamed(settings.scaffold);
    const loaded = await loadRollouts([String(path)], {
      signal: new AbortController().signal,
      skipBad: settings.skipBad === true,
      ...(scaffold === undefined ? {} : { scaffold }),
    });
    tellSkipped(terminal, loaded.problems);
    tellPassedOver(terminal, loaded.files);
    const candidates = onlyOf(loaded.rollouts, settings);
    const chosen =
      settings.rollout === undefined ? candidates : candidates.filter((r) => r.rolloutId === settings.rollout);
    const [rollout] = chosen;
    if (rollout === undefined || chosen.length > 1) {
      const message =
        rollout === undefined
          ? `--rollout ${settings.rollout}: no such rollout in ${path}`
          : `${path} holds ${chosen.length} such rollouts; one can be rendered at a time`;
      const hint =
        rollout === undefined
          ? didYouMean(settings.rollout ?? "", candidates.map(({ rolloutId }) => rolloutId).slice(0, 20))
          : `choose one, such as --only ${shellWord(rollout.instanceId)} --rollout ${shellWord(rollout.rolloutId)}`;
      throw new BestkError("usage", message, { hint });
    }
    const tasks = settings.instances === undefined ? [] : await loadTasks(settings.instances);
    const issue = tasks.find(({ instanceId }) => instanceId === rollout.instanceId)?.issue;
    if (issue === undefined || issue.trim() === "") terminal.note("the issue is the trajectory's first user message");
    await using model = await openModel(settings.model);
    const { trajectory, patch } = rollout;
    const input = { issue: issueFor(issue, trajectory), trajectory, patch };
    const { text, cuts } = model.render(input);
    const { tokens, cutTokens, features, unavailable } = model.prepare(input);
    const { instanceId, rolloutId } = rollout;
    terminal.data({ schema: "bestk.render/1", instanceId, rolloutId, tokens, cutTokens, cuts, text, features });
    terminal.result(process.stdout.isTTY === true ? cleanLines(text) : text);
    if (unavailable?.status === "unavailable")
      terminal.note(`not scored: ${unavailable.reason} (${unavailable.message})`);
    for (const { of, tokens: gone } of cuts.slice(0, SHOWN_CUTS)) {
      terminal.note(gone === null ? `cut: ${of}` : `cut: ${gone} tokens of ${of}`);
    }
    if (cuts.length > SHOWN_CUTS) terminal.note(`cut: ${cuts.length - SHOWN_CUTS} more texts (all with --json)`);
    terminal.note(`${tokens} tokens, ${cutTokens} cut`);
    return 0;
  },
};
