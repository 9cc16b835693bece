// A plan before it is carried out: two lines before every run, tables and a document for `--dry-run`.
import type { RunPlan } from "../core/schemas/plans.js";
import type { Forecast, InstanceForecast } from "../run/forecast.js";
import { sizeText } from "./limits.js";
import { clean, formatTable } from "./table.js";
import { duration } from "./window.js";

export interface PlanFacts {
  readonly run: string;
  readonly sandbox: string;
  readonly jobs: number;
  readonly engineAnswered: boolean;
}

export function planDocument(forecast: Forecast, { run, sandbox, jobs, engineAnswered }: PlanFacts): RunPlan {
  const { instances, rewards, time } = forecast;
  const sum = (of: (each: InstanceForecast) => number): number =>
    instances.reduce((total, each) => total + of(each), 0);
  const [cached, toRun, candidates] = [sum((e) => e.cached), sum((e) => e.toRun), sum((e) => e.candidates)];
  const files = instances.map(({ regressionFiles }) => regressionFiles);
  return {
    schema: "bestk.run-plan/1",
    run,
    sandbox,
    engineAnswered,
    jobs,
    instances: instances.length,
    rollouts: sum((each) => each.rollouts),
    candidates,
    verdicts: { cached, toRun, needless: candidates - cached - toRun },
    bases: {
      cached: sum(({ baseCached }) => (baseCached === true ? 1 : 0)),
      toRun: sum(({ baseCached }) => (baseCached === false ? 1 : 0)),
    },
    rewards,
    tests: {
      regressionFiles: files.includes(null) ? null : files.reduce<number>((total, each) => total + (each ?? 0), 0),
      generated: sum((each) => each.generatedTests),
    },
    images: imagesOf(instances),
    time,
    perInstance: [...instances],
  };
}

function imagesOf(instances: readonly InstanceForecast[]): RunPlan["images"] {
  const images = [...new Map(instances.flatMap(({ image }) => (image === null ? [] : [[image.name, image]]))).values()];
  if (images.length === 0) return null;
  const named = (state: string): string[] =>
    images.flatMap((image) => (image.state === state && image.name !== null ? [image.name] : [])).sort();
  const here = images.filter(({ state }) => state === "here");
  const isSized = here.every(({ bytes }) => bytes !== null);
  const bytesHere = isSized ? here.reduce((total, { bytes }) => total + (bytes ?? 0), 0) : null;
  return { here: here.length, toPull: named("to pull"), toMake: named("to make"), bytesHere };
}

/** What every run says before it starts: what there is, and what of it is work. */
export function planLines(plan: RunPlan, isLazy: boolean): readonly [string, string] {
  const { verdicts, rewards, images, time, jobs } = plan;
  const first = `${plan.instances} instances, ${plan.rollouts} rollouts, ${plan.candidates} distinct candidates`;
  const pulls = images === null ? 0 : images.toPull.length;
  const hasTests = verdicts.toRun + plan.bases.toRun > 0;
  const parts = [
    `to do: ${isLazy && verdicts.toRun > 0 ? "at most " : ""}${verdicts.toRun} candidates${verdicts.cached > 0 ? ` (${verdicts.cached} cached)` : ""}`,
    ...(plan.bases.toRun > 0 ? [`${plan.bases.toRun} bases`] : []),
    ...(rewards === null || rewards.toScore + rewards.cached === 0
      ? []
      : [`${rewards.toScore} rewards${rewards.cached > 0 ? ` (${rewards.cached} cached)` : ""}`]),
    ...(pulls > 0 ? [`${pulls} images to pull`] : []),
    ...(images !== null && images.toMake.length > 0 ? [`${images.toMake.length} images to make`] : []),
    `about ${duration(time.seconds)} with ${jobs} at a time${hasTests ? ` (${basis(plan)})` : ""}`,
  ];
  return [
    first,
    verdicts.toRun + plan.bases.toRun + (rewards?.toScore ?? 0) === 0
      ? "to do: nothing, all is cached"
      : parts.join(", "),
  ];
}

function basis({ time, perInstance }: RunPlan): string {
  const { measured, assumedSeconds } = time;
  if (measured === 0) return `assumed: ${assumedSeconds} s a run of an instance's tests`;
  const others = perInstance.length - measured;
  return `from ${measured} measured bases${others > 0 ? `; ${assumedSeconds} s assumed for the others` : ""}`;
}

/** Instances that are listed one by one; `--verbose` lists all. */
const MOST_LISTED = 20;

/** The whole plan for a person. */
export function planText(plan: RunPlan, isLazy: boolean, verbose: boolean): string {
  const { images, verdicts, bases, rewards, tests } = plan;
  const unknown = plan.engineAnswered ? "" : " (the engine doesn't answer: nothing is known of what is cached)";
  const rows: [string, string][] = [
    ["instances", String(plan.instances)],
    ["rollouts", String(plan.rollouts)],
    ["distinct candidates", String(plan.candidates)],
    ["verdicts", `${verdicts.toRun} to run, ${verdicts.cached} cached, ${verdicts.needless} need no run${unknown}`],
    ["bases", `${bases.toRun} to run ${isLazy ? "once or twice" : "twice"}, ${bases.cached} cached`],
    ...(rewards === null
      ? []
      : ([["rewards", `${rewards.toScore} to score, ${rewards.cached} cached, ${rewards.unavailable} can't be`]] as [
          string,
          string,
        ][])),
    [
      "regression tests",
      tests.regressionFiles === null ? "picked when the image is there" : `${tests.regressionFiles} files`,
    ],
    ["generated tests", String(tests.generated)],
    ["images", imagesText(images)],
    ["time", `about ${duration(plan.time.seconds)} with ${plan.jobs} at a time; ${basis(plan)}`],
    ["run directory", plan.run],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${clean(value, 400)}`);
  const pulls = (images?.toPull ?? []).map((name) => `  to pull: ${clean(name)}`);
  const listed = verbose ? plan.perInstance : plan.perInstance.slice(0, MOST_LISTED);
  const more = plan.perInstance.length - listed.length;
  const table = formatTable(
    ["instance", "rollouts", "candidates", "cached", "to run", "tests", "image"],
    listed.map((each) => [
      each.instanceId,
      each.rollouts,
      each.candidates,
      each.cached,
      each.toRun,
      `${each.regressionFiles ?? "?"} files + ${each.generatedTests}`,
      each.image === null
        ? "—"
        : each.image.state === "here" && each.image.bytes !== null
          ? sizeText(each.image.bytes)
          : each.image.state,
    ]),
  );
  const shownPulls =
    pulls.length > MOST_LISTED && !verbose
      ? [...pulls.slice(0, MOST_LISTED), `  … and ${pulls.length - MOST_LISTED} more (--verbose)`]
      : pulls;
  return [...lines, ...shownPulls, "", table, ...(more > 0 ? [`… and ${more} more instances (--verbose)`] : [])].join(
    "\n",
  );
}

function imagesText(images: RunPlan["images"]): string {
  if (images === null) return "none, or not known";
  const { here, toPull, toMake, bytesHere } = images;
  const sized = here > 0 && bytesHere !== null ? ` (${sizeText(bytesHere)})` : "";
  return `${here} here${sized}, ${toPull.length} to pull${toPull.length > 0 ? " (sizes unknown before)" : ""}, ${toMake.length} to make`;
}
