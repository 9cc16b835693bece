import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRollouts } from "../../src/rollouts/load.js";
import { folderOf, inspect, inspectText, jsonLines, options } from "./files.js";

const CHAT = [
  { role: "system", content: "You are OpenHands agent" },
  { role: "user", content: "calc is wrong" },
];

function turn(command: string): object {
  const call = {
    id: "c",
    type: "function",
    function: { name: "execute_bash", arguments: JSON.stringify({ command }) },
  };
  return { role: "assistant", content: `Run ${command}.`, tool_calls: [call] };
}

/** A logged request with this many turns, the last of them as the answer. */
function request(turns: number): string {
  const said = Array.from({ length: turns - 1 }, (_, at) => [turn(`ls ${at}`), { role: "tool", content: "a" }]).flat();
  const response = { choices: [{ message: turn("pytest") }] };
  return JSON.stringify({ messages: [...CHAT, ...said], response, args: [], kwargs: {}, timestamp: 1.5, cost: 0.1 });
}

const LOGS = {
  "run/llm_completions/acme__calc-1/litellm_proxy__claude-3-1733339377.2.json": request(1),
  "run/llm_completions/acme__calc-1/litellm_proxy__claude-3-1733339398.65.json": request(3),
  "run/llm_completions/acme__calc-1/litellm_proxy__claude-3-1733339388.json": request(2),
  "run/llm_completions/acme__calc-2/litellm_proxy__claude-3-1733339400.5.json": request(2),
};

test("logged requests: the last of each instance is the rollout, and the folder names the instance", async () => {
  const folder = await folderOf(LOGS);
  const { rollouts } = await loadRollouts([folder], options());
  expect(rollouts.map(({ instanceId, trajectory }) => [instanceId, trajectory?.steps.length])).toEqual([
    ["acme__calc-1", 3],
    ["acme__calc-2", 2],
  ]);
  const lines = await inspect([folder]);
  expect(lines.map(({ format, problems }) => [format, problems.length])).toEqual(Array(4).fill(["openhands", 0]));
});

test("logged requests flattened into one folder belong to the instance in their name", async () => {
  const flat = Object.entries(LOGS).map(([name, text]) => [name.replaceAll("/", "__"), text]);
  const lines = await inspect([await folderOf(Object.fromEntries(flat))]);
  expect(lines.flatMap((line) => line.instances).sort()).toEqual(["acme__calc-1", "acme__calc-2"]);
});

test("logged requests yield nothing where the evaluation's output lies above them", async () => {
  const output = { instance_id: "acme__calc-1", history: [], test_result: { git_patch: "" }, instruction: "fix" };
  const lines = await inspect([await folderOf({ ...LOGS, "run/output.jsonl": jsonLines(output) })]);
  expect(lines.map((line) => line.rollouts)).toEqual([0, 0, 0, 0, 1]);
});

test("a chat with tools or with an answer, but without a word of OpenHands, is not one of its logs", async () => {
  const messages = [{ role: "user", content: "How is the weather?" }];
  const answer = { choices: [{ message: { role: "assistant", content: "Fine." } }] };
  for (const record of [{ messages, tools: [{ type: "function" }] }, { messages, response: answer }, { messages }]) {
    expect((await inspectText(JSON.stringify(record))).format).toBeNull();
  }
});

const ID = "a6dbad6c-3622-46dc-8a2b-44fbb4c7b66c";

function sdkEvents(): object[] {
  const common = { id: "e", timestamp: "2026-01-01T00:00:00" };
  return [
    { ...common, kind: "SystemPromptEvent", source: "agent", system_prompt: { text: "You are" } },
    { ...common, kind: "MessageEvent", source: "user", llm_message: { role: "user", content: [{ text: "fix calc" }] } },
    {
      ...common,
      ...{ kind: "ActionEvent", source: "agent", thought: [{ text: "Look." }], tool_name: "terminal" },
      ...{ tool_call_id: "1", llm_response_id: "r", tool_call: { name: "terminal", arguments: '{"command":"ls"}' } },
    },
    { ...common, kind: "ObservationEvent", source: "environment", tool_call_id: "1", observation: { content: "calc" } },
  ];
}

test("a conversation of the SDK, a file an event, is one rollout named by its folder", async () => {
  const events = sdkEvents().map((event, at) => [
    `acme__calc-7/events/event-0000${at}-${ID}.json`,
    JSON.stringify(event),
  ]);
  const folder = await folderOf(Object.fromEntries(events));
  expect((await inspect([folder])).map((line) => [line.format, line.rollouts])).toEqual([
    ["openhands-sdk", 1],
    ["openhands-sdk", 0],
    ["openhands-sdk", 0],
    ["openhands-sdk", 0],
  ]);
  const { rollouts } = await loadRollouts([folder], options());
  expect(rollouts[0]).toMatchObject({
    instanceId: "acme__calc-7",
    patch: null,
    trajectory: { issue: "fix calc", steps: [{ thought: "Look.", action: "ls", observation: "calc" }] },
  });
});

test("events before the SDK are numbered, and the tenth follows the ninth", async () => {
  const event = (at: number): object => ({
    ...{ id: at, timestamp: "2026-01-01T00:00:00", source: "agent", message: "" },
    ...{ action: "run", args: { command: `echo ${at}`, thought: "" } },
  });
  const files = Array.from({ length: 12 }, (_, at) => [`acme__calc-8/events/${at}.json`, JSON.stringify(event(at))]);
  const { rollouts } = await loadRollouts([await folderOf(Object.fromEntries(files))], options());
  expect(rollouts).toHaveLength(1);
  expect(rollouts[0]?.instanceId).toBe("acme__calc-8");
  expect(rollouts[0]?.trajectory?.steps.map((step) => step.action)).toEqual(
    Array.from({ length: 12 }, (_, at) => `echo ${at}`),
  );
});

test("an event that can't be parsed is a problem of the conversation, not a crash", async () => {
  const [first, second] = sdkEvents();
  const folder = await folderOf({
    [`c/events/event-00000-${ID}.json`]: JSON.stringify(first),
    [`c/events/event-00001-${ID}.json`]: JSON.stringify(second).slice(0, 40),
  });
  const [line] = await inspect([join(folder, "c", "events", `event-00000-${ID}.json`)]);
  expect(line).toMatchObject({ format: "openhands-sdk", rollouts: 0 });
  expect(line?.problems[0]?.message).toMatch(/truncated/);
});

test("SWE-agent's demonstration page has a history of its own, which is none of OpenHands'", async () => {
  const history = [
    { type: "thought", thought: "Look." },
    { type: "action", action: "ls" },
  ];
  const record = { instance_id: "acme__calc-1", history, submission: "diff --git", num_steps: 1 };
  expect((await inspectText(JSON.stringify([record]))).format).toBeNull();
});
