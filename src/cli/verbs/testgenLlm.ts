// `bestk testgen llm`: tests that a model writes from the issue and the code at base, kept where they fail there for the sake.
import { randomUUID } from "node:crypto";
import { InvalidArgumentError } from "commander";
import { BestkError } from "../../core/errors.js";
import type { Task } from "../../core/types.js";
import type { Chat } from "../../llm/chat.js";
import { openAiChat } from "../../llm/openai.js";
import { recordingChat, replayingChat } from "../../llm/record.js";
import { loadTasks } from "../../rollouts/instances.js";
import { loadRolloutsAs } from "../../rollouts/load.js";
import { openMachine } from "../../run/attempts.js";
import { openBase } from "../../run/baseBench.js";
import { onlyOf } from "../../run/filter.js";
import { type GenerateResult, generateTests, linesOf } from "../../run/testgen.js";
import { languageOf } from "../../testgen/llm/language.js";
import { llmGenerator } from "../../testgen/llm.js";
import { addLimitOptions, type LimitFlags, limitsOf } from "../limits.js";
import { interrupted, type LongWork, longWork, type WorkContext } from "../longWork.js";
import { addScaffoldOption, collect, type GlobalOptions, wholeNumber } from "../options.js";
import { writePredictions } from "../patches.js";
import { scaffoldNamed } from "../runFlags.js";
import { openEnvironments } from "../sandboxes.js";
import { tellPassedOver, tellSkipped } from "../skipped.js";
import { clean, formatTable } from "../table.js";
import { openTerminal, type Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

interface Flags extends GlobalOptions, LimitFlags {
  readonly instances?: readonly string[];
  readonly output?: string;
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKeyEnv: string;
  readonly temperature?: number;
  readonly samples: number;
  readonly turns: number;
  readonly budgetTokens: number;
  readonly maxTokens: number;
  readonly requestTimeout: number;
  readonly retries: number;
  readonly testTimeout: number;
  readonly runner?: string;
  readonly sandbox: string;
  readonly record?: string;
  readonly replay?: string;
}

export const testgenLlm: Verb = {
  name: "llm",
  examples: [
    [
      "bestk testgen llm --instances instances.jsonl --base-url http://localhost:8000/v1 --model qwen -o tests.jsonl",
      "four conversations an instance with a local server",
    ],
    [
      "bestk testgen llm trajs/ --instances instances.jsonl --model qwen --replay answers.jsonl -o tests.jsonl",
      "recorded answers, and no server",
    ],
  ],
  ignores: ["seed"],
  define: (command) =>
    addLimitOptions(addScaffoldOption(command))
      .description("have a model write tests, and keep those that fail on base for the issue's sake")
      .argument("[rollouts...]", "rollouts: the files that their patches touch are shown as they are at base")
      .option("--instances <file>", "instance records (several files, or repeated)", collect)
      .option("--model <name>", "the model's name on the server")
      .option("-o, --output <file>", "where the tests are written, for --generated")
      .option("--base-url <url>", "an OpenAI-compatible server, such as http://localhost:8000/v1")
      .option("--api-key-env <name>", "environment variable that holds the key", "OPENAI_API_KEY")
      .option("--temperature <t>", "sampling temperature (default: the server's)", temperature)
      .option("--samples <n>", "conversations an instance", wholeNumber(1), 4)
      .option("--turns <n>", "answers in a conversation: the first, and those after a run's output", wholeNumber(1), 3)
      .option(
        "--budget-tokens <n>",
        "tokens of all requests together; instances have equal shares",
        wholeNumber(1),
        1e6,
      )
      .option("--max-tokens <n>", "tokens of one answer", wholeNumber(1), 4096)
      .option("--request-timeout <s>", "seconds for one answer", wholeNumber(1), 120)
      .option("--retries <n>", "further attempts after a rate limit, a time-out or a broken answer", wholeNumber(0), 5)
      .option("--test-timeout <s>", "time limit of a test file in seconds", wholeNumber(1), 60)
      .option("--runner <name>", "runner of the tests (default: that of the regression tests, else pytest)")
      .option("--sandbox <name>", "where tests run: docker, or process for suites you trust", "docker")
      .option("--record <file>", "keep all answers here; the same command again asks only what has none")
      .option("--replay <file>", "take all answers from here, and ask no server"),
  act: async ([paths], options) => {
    const flags = options as unknown as Flags;
    const terminal = openTerminal(options);
    const output = given(flags.output, "-o", "tests are written to a file, for --generated");
    const work: LongWork = {
      terminal,
      events: flags.events,
      inFlight: "the answers under way",
      left: "no tests were written",
      ...(flags.record === undefined ? { goOn: "with --record FILE answers are kept, and asked for once" } : {}),
    };
    const result = await longWork(work, async (context) => {
      const made = await generate(paths as readonly string[], flags, terminal, context);
      if (context.drain.aborted) throw interrupted(work);
      return made;
    });
    if (result === null) return 0;
    const lines = linesOf(result);
    await writePredictions(output, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    show(result, terminal);
    terminal.note(`${lines.length} tests: ${output}`);
    return exitCodeOf(result, terminal);
  },
};

/** null for `--dry-run`. */
async function generate(
  paths: readonly string[],
  flags: Flags,
  terminal: Terminal,
  { emit, drain, stop }: WorkContext,
): Promise<GenerateResult | null> {
  const instances = given(flags.instances, "--instances", "a test is written from the issue of an instance record");
  const model = given(flags.model, "--model", "give the model's name on the server");
  if (flags.runner !== undefined) languageOf(flags.runner);
  const filter = { ...(flags.only ? { only: flags.only } : {}), ...(flags.limit ? { limit: flags.limit } : {}) };
  const tasks = onlyOf(await loadTasks(instances), filter);
  const patches = await patchesOf(paths, tasks, flags, terminal, drain);
  const budgetTokens = Math.floor(flags.budgetTokens / Math.max(1, tasks.length));
  terminal.note(`${tasks.length} instances, at most ${budgetTokens} tokens each`);
  const chat = await openChat(flags);
  if (flags.dryRun === true) return null;
  const environments = await openEnvironments(flags.sandbox, terminal, stop, { limits: limitsOf(flags) });
  const nonce = (): string => randomUUID().replaceAll("-", "");
  const bench = { environments, machine: openMachine(), nonce, emit };
  const generator = llmGenerator({
    chat,
    model,
    temperature: flags.temperature ?? null,
    maxTokens: flags.maxTokens,
    samples: flags.samples,
    turns: flags.turns,
    budgetTokens,
    timeoutSeconds: flags.testTimeout,
    runner: flags.runner ?? null,
    openBase: (task, signal) => openBase(task, bench, signal),
    patchesOf: (instanceId) => patches.get(instanceId) ?? [],
    drain,
  });
  return generateTests({
    tasks,
    generator,
    jobs: flags.jobs,
    emit,
    onInstance: ({ instanceId, tests, cost }, count) =>
      terminal.note(`[${count}/${tasks.length}] ${clean(instanceId)}: ${tests.length} tests, ${cost.tokens} tokens`),
    drain,
    stop,
  });
}

function given<T>(value: T | undefined, flag: string, hint: string): T {
  if (value !== undefined) return value;
  throw new BestkError("usage", `${flag} is missing`, { hint });
}

/** Raw patches by instance; of rollouts nothing else is kept. */
async function patchesOf(
  paths: readonly string[],
  tasks: readonly Task[],
  flags: Flags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const patches = new Map<string, string[]>();
  if (paths.length === 0) return patches;
  const scaffold = scaffoldNamed(flags.scaffold);
  const only = new Set(tasks.map(({ instanceId }) => instanceId));
  const skipBad = flags.skipBad === true;
  const named = scaffold === undefined ? {} : { scaffold };
  const loaded = await loadRolloutsAs(paths, { signal, only, skipBad, ...named }, ({ patch }) => ({ patch }));
  tellSkipped(terminal, loaded.problems);
  tellPassedOver(terminal, loaded.files);
  for (const { instanceId, patch } of loaded.rollouts) {
    if (patch !== null && patch !== "") patches.set(instanceId, [...(patches.get(instanceId) ?? []), patch]);
  }
  return patches;
}

async function openChat(flags: Flags): Promise<Chat> {
  const { record, replay, baseUrl } = flags;
  if (record !== undefined && replay !== undefined) {
    throw new BestkError("usage", "--record and --replay can't be given together", {
      hint: "--record also takes the answers that its file has already",
    });
  }
  if (replay !== undefined) return replayingChat(replay);
  if (baseUrl === undefined) {
    throw new BestkError("usage", "--base-url is missing: there is nobody to ask", {
      hint: "give the address of an OpenAI-compatible server, or recorded answers with --replay FILE",
    });
  }
  const apiKey = process.env[flags.apiKeyEnv]?.trim() ?? "";
  const chat = openAiChat({
    baseUrl,
    apiKey: apiKey === "" ? null : apiKey,
    timeoutMs: flags.requestTimeout * 1000,
    retries: flags.retries,
    minDelayMs: 1000,
    maxDelayMs: 30_000,
    now: Date.now,
  });
  return record === undefined ? chat : recordingChat(chat, record);
}

function show({ instances }: GenerateResult, terminal: Terminal): void {
  for (const { instanceId, tests, refused, cost, failure } of instances) {
    const reasons = countsOf(refused.map(({ reason }) => reason));
    terminal.data({ schema: "bestk.testgen/1", instanceId, tests: tests.length, refused: reasons, cost, failure });
  }
  const rows = instances.map(({ instanceId, tests, refused, cost, failure }) => {
    const reasons = Object.entries(countsOf(refused.map(({ reason }) => reason)));
    const failures = Object.entries(cost.failures).map(([kind, count]) => `${count} ${kind}`);
    const why = [...reasons.map(([reason, count]) => `${count} ${reason}`), ...(failure === null ? [] : ["failed"])];
    return [instanceId, tests.length, cost.requests, cost.tokens, why.join(", "), failures.join(", ")];
  });
  terminal.result(formatTable(["instance", "tests", "answers", "tokens", "not kept", "failed requests"], rows));
}

function countsOf(reasons: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const reason of [...reasons].sort()) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** 3 where not one request was answered (the server, the key or the model's name), or no instance could be prepared. */
function exitCodeOf({ instances }: GenerateResult, terminal: Terminal): number {
  const requests = instances.reduce((sum, { cost }) => sum + cost.requests, 0);
  const answered = instances.reduce((sum, { cost }) => sum + cost.answered, 0);
  if (requests > 0 && answered === 0) {
    const first = instances.flatMap(({ refused }) => refused).find(({ reason }) => reason !== "not-shown");
    terminal.warn(`not one request was answered (${clean(first?.what ?? "", 300)})`);
    return 3;
  }
  return instances.length > 0 && instances.every(({ failure }) => failure !== null) ? 3 : 0;
}

function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 2)) {
    throw new InvalidArgumentError("expected a number from 0 to 2.");
  }
  return value;
}
