// `bestk score`: the execution-free verifier alone; one reward, or one reason, a rollout.
import { issueFor, loadTasks } from "../../rollouts/instances.js";
import { loadRolloutsAs } from "../../rollouts/load.js";
import { onlyOf } from "../../run/filter.js";
import { type ScoreLine, scoreRollouts } from "../../run/score.js";
import { RunDirectory } from "../../run/store.js";
import { interrupted, longWork } from "../longWork.js";
import { addScaffoldOption, collect, type GlobalOptions, wholeNumber } from "../options.js";
import { openModel } from "../rewardModel.js";
import { scaffoldNamed } from "../runFlags.js";
import { showSignal } from "../showEvidence.js";
import { tellPassedOver, tellSkipped } from "../skipped.js";
import { formatTable } from "../table.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Options extends GlobalOptions {
  readonly instances?: readonly string[];
  readonly model?: string;
  readonly run?: string;
  readonly memory?: number;
}

export const score: Verb = {
  name: "score",
  examples: [
    ["bestk score trajs/ --instances instances.jsonl --json", "a reward, or a reason, for each trajectory, as JSONL"],
    [
      "bestk score run1.traj --model models/features-2 --run scores",
      "one file with a model of your own; scores are kept in scores",
    ],
  ],
  ignores: ["seed"],
  define: (command) =>
    addScaffoldOption(command)
      .description("score trajectories with the reward model")
      .argument("<rollouts...>", "files, folders or globs of a known format, plain or gzipped")
      .option("--instances <file>", "instance records, for the issue text (several files, or repeated)", collect)
      .option("--model <dir>", "folder of the reward model (default: the shipped one)")
      .option("--run <dir>", "save each score there as it comes; the same command goes on where it was stopped")
      .option(
        "--memory <mb>",
        "what the model's process may hold; more is a model-error of that rollout",
        wholeNumber(64),
      ),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const scaffold = scaffoldNamed(settings.scaffold);
    const issues =
      settings.instances === undefined
        ? null
        : new Map((await loadTasks(settings.instances)).map(({ instanceId, issue }) => [instanceId, issue]));
    if (issues === null) terminal.note("no --instances: the issue is the trajectory's first user message");
    const { run } = settings;
    const work = {
      terminal,
      events: settings.events,
      inFlight: "the score in flight",
      left: run === undefined ? "no score was kept" : "scores so far are kept",
      ...(run === undefined ? { goOn: "scores are kept with --run DIR, and the same command goes on from there" } : {}),
    };
    return longWork(work, async ({ emit, drain, stop }) => {
      await using model = await openModel(settings.model, {
        threads: settings.jobs,
        memoryLimit: settings.memory === undefined ? null : settings.memory * 1_000_000,
      });
      // Before the rollouts are read: a model that can't score is told at once.
      if (settings.dryRun !== true) await model.open(stop);
      const loaded = await loadRolloutsAs(
        paths as string[],
        {
          signal: drain,
          skipBad: settings.skipBad === true,
          ...(scaffold === undefined ? {} : { scaffold }),
        },
        ({ instanceId, patch, trajectory }) => {
          const issue = issueFor(issues?.get(instanceId), trajectory);
          return { input: model.prepare({ issue, trajectory, patch }) };
        },
      );
      tellSkipped(terminal, loaded.problems);
      tellPassedOver(terminal, loaded.files);
      const rollouts = onlyOf(loaded.rollouts, settings);
      if (settings.dryRun === true) {
        terminal.note(`${rollouts.length} rollouts would be scored with ${model.name}`);
        return 0;
      }
      await using directory = settings.run === undefined ? null : await RunDirectory.open(settings.run);
      const rewards = await scoreRollouts(rollouts, {
        model,
        saved: (await directory?.rewards()) ?? [],
        save: async (line) => directory?.appendReward(line),
        emit,
        drain,
        stop,
      });
      const lines = rollouts.flatMap(({ instanceId, rolloutId, input }): ScoreLine[] => {
        const reward = rewards.get(instanceId)?.get(rolloutId)?.signal;
        if (reward === undefined) return [];
        const { tokens, cutTokens } = input;
        return [{ schema: "bestk.score/1", instanceId, rolloutId, reward, tokens, cutTokens }];
      });
      for (const line of lines) terminal.data(line);
      const rows = lines.map((line) => [
        line.instanceId,
        line.rolloutId,
        showSignal(line.reward),
        line.tokens,
        line.cutTokens,
      ]);
      terminal.result(formatTable(["instance", "rollout", "reward", "tokens", "cut"], rows));
      if (drain.aborted) throw interrupted(work);
      return 0;
    });
  },
};
