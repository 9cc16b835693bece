import { afterEach, describe, expect, it } from "vitest";
import { BestkError } from "../../src/core/errors.js";
import { type ChatRequest, estimateTokens } from "../../src/llm/chat.js";
import { type OpenAiOptions, openAiChat } from "../../src/llm/openai.js";
import { answer, json, type LlmServer, type Step, startLlmServer } from "../support/llmServer.js";

let server: LlmServer | null = null;

afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = null;
});

const never = new AbortController().signal;
const KEY = "sk-very-secret-key";
const REQUEST: ChatRequest = {
  model: "m",
  messages: [{ role: "user", content: "write a test" }],
  temperature: 0.5,
  maxTokens: 50,
  sample: 0,
};

async function ask(
  steps: readonly Step[],
  more: Partial<OpenAiOptions> = {},
  request = REQUEST,
  signal = never,
  allowed = 1e6,
) {
  await server?.[Symbol.asyncDispose]();
  server = await startLlmServer(steps);
  const options = { apiKey: KEY, timeoutMs: 10_000, retries: 3, minDelayMs: 1, maxDelayMs: 4, now: () => 0, ...more };
  return openAiChat({ baseUrl: server.baseUrl, ...options })(request, allowed, signal);
}

const asked = () => server?.asked ?? [];

describe("an answer", () => {
  it("is text, with the tokens that the server counted", async () => {
    expect(await ask(["hello"])).toEqual({ status: "ok", text: "hello", cut: false, tokens: 120, failed: [] });
    expect(asked().map(({ url, authorization, body }) => ({ url, authorization, body }))).toEqual([
      {
        url: "/v1/chat/completions",
        authorization: `Bearer ${KEY}`,
        body: { model: "m", messages: REQUEST.messages, temperature: 0.5, max_tokens: 50 },
      },
    ]);
  });

  it("says that it was cut, and is counted where the server doesn't count", async () => {
    const choices = [{ message: { content: "half" }, finish_reason: "length" }];
    const tokens = estimateTokens(REQUEST.messages) + estimateTokens([{ content: "half" }]);
    expect(await ask([json(200, { choices })])).toEqual({ status: "ok", text: "half", cut: true, tokens, failed: [] });
    expect(await ask([json(200, { choices, usage: { prompt_tokens: -5 } })])).toMatchObject({ tokens });
  });

  it("needs no key and no temperature", async () => {
    await ask(["x"], { apiKey: null }, { ...REQUEST, temperature: null });
    expect(asked()[0]?.authorization).toBeNull();
    expect(asked()[0]?.body).not.toHaveProperty("temperature");
  });

  it("comes from newer servers too, which call the limit otherwise", async () => {
    const old = json(400, { error: { message: "Use 'max_completion_tokens' instead of 'max_tokens'." } });
    expect(await ask([old, "x"])).toMatchObject({ status: "ok", text: "x" });
    expect(asked()[1]?.body).toMatchObject({ max_completion_tokens: 50 });
    expect(asked()[1]?.body).not.toHaveProperty("max_tokens");
  });
});

describe("a failure that passes", () => {
  const hang: Step = () => {};
  const drop: Step = (response) => response.destroy();
  const slow: Step = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"choices": [');
  };
  const truncated: Step = (response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write('{"choices": [', () => response.destroy());
  };
  it.each([
    ["a rate limit", json(429, { error: { message: "slow down" } }), "rate-limit"],
    ["an error of the server", json(500, "oops"), "server"],
    ["a gateway's page", json(502, "<html>bad gateway</html>"), "server"],
    ["no answer in time", hang, "timeout"],
    ["half an answer and then nothing", slow, "timeout"],
    ["a connection that is dropped", drop, "network"],
    ["a body that ends in the middle", truncated, "network"],
    ["text that is no JSON", json(200, '{"choices": [{"mess'), "broken-json"],
    ["JSON of another form", json(200, { choices: [] }), "broken-json"],
    ["an HTML page", json(200, "<html></html>"), "broken-json"],
  ])("is tried again: %s", async (_, step, failure) => {
    const limit = failure === "timeout" ? { timeoutMs: 300 } : {};
    const result = await ask([step, step, "hello"], limit);
    expect(result).toMatchObject({ status: "ok", text: "hello", failed: [failure, failure] });
    expect(asked()).toHaveLength(3);
  });

  it("is given up after so many attempts, with a reason, and costs what it may have cost", async () => {
    const prompt = estimateTokens(REQUEST.messages);
    const result = await ask([json(200, "{")], { retries: 2 });
    expect(result).toMatchObject({ status: "failed", reason: "broken-json", failed: ["broken-json", "broken-json"] });
    expect(result.tokens).toBe(3 * prompt);
    expect(asked()).toHaveLength(3);
    expect(await ask([json(429, "")], { retries: 0 })).toMatchObject({ reason: "rate-limit", tokens: 0, failed: [] });
  });

  it("is given up where a further attempt could cost more than is allowed", async () => {
    const one = estimateTokens(REQUEST.messages);
    const allowed = 2 * one + REQUEST.maxTokens;
    const result = await ask([json(200, "{")], {}, REQUEST, never, allowed);
    expect(result).toMatchObject({ status: "failed", reason: "broken-json", tokens: 2 * one });
    expect(asked()).toHaveLength(2);
  });

  it("is tried again when the server says", async () => {
    const start = performance.now();
    const limited = json(429, "", { "retry-after": "0.25" });
    expect(await ask([limited, "x"])).toMatchObject({ status: "ok" });
    expect(performance.now() - start).toBeGreaterThan(240);
    const dated = json(503, "", { "retry-after": new Date(1000).toUTCString() });
    const later = performance.now();
    expect(await ask([dated, "x"], { now: () => 800 })).toMatchObject({ status: "ok" });
    expect(performance.now() - later).toBeGreaterThan(190);
  });

  it("is not waited for longer than a person would", async () => {
    expect(await ask([json(429, "", { "retry-after": "86400" })])).toMatchObject({ reason: "rate-limit" });
    expect(asked()).toHaveLength(1);
  });
});

describe("a failure that stays", () => {
  it.each([
    ["a wrong key", json(401, { error: { message: `bad key ${KEY}` } }), "rejected", "401: bad key [key]"],
    ["an unknown model", json(404, { error: "no model m" }), "rejected", "404: no model m"],
    ["a prompt that is too long", json(400, { error: { message: "context length" } }), "rejected", "context length"],
    ["a quota that is used up", json(429, { error: { message: "insufficient_quota" } }), "rate-limit", "quota"],
    ["another address", json(307, "", { location: "http://127.0.0.1:1/" }), "rejected", "307"],
    [
      "a refusal",
      answer(null, { choices: [{ message: { content: null, refusal: "I can't" } }] }),
      "refused",
      "I can't",
    ],
    ["a filter", answer("", { choices: [{ message: {}, finish_reason: "content_filter" }] }), "refused", "filter"],
    ["nothing", answer(""), "empty", "empty"],
    ["white space", answer(" \n\t"), "empty", "empty"],
    ["no content", answer(null), "empty", "empty"],
  ])("is tried once: %s", async (_, step, reason, message) => {
    const result = await ask([step]);
    expect(result).toMatchObject({ status: "failed", reason, message: expect.stringContaining(message), failed: [] });
    expect(JSON.stringify(result)).not.toContain(KEY);
    expect(asked()).toHaveLength(1);
  });

  it("is an answer without an end: no more of it is read than a test needs", async () => {
    let written = 0;
    const flood: Step = (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write("x".repeat(1 << 20))) written += 1;
      };
      response.on("drain", pour);
      pour();
    };
    expect(await ask([flood], { timeoutMs: 20_000 })).toMatchObject({ reason: "too-large" });
    expect(written).toBeLessThan(64);
  });
});

describe("the caller", () => {
  it("ends a request, a wait and the attempts after it", async () => {
    for (const step of [() => {}, json(429, "", { "retry-after": "100" })]) {
      const controller = new AbortController();
      const asking = ask([step], { timeoutMs: 60_000 }, REQUEST, controller.signal);
      const ended = expect(asking).rejects.toThrow("stopped");
      await expect.poll(() => asked().length).toBe(1);
      controller.abort(new Error("stopped"));
      await ended;
      expect(asked()).toHaveLength(1);
      await server?.[Symbol.asyncDispose]();
      server = null;
    }
  });

  it("gives an address that can be used, in any of its spellings", async () => {
    const spellings = ["", "/", "/chat/completions", "//"];
    server = await startLlmServer(["x"]);
    for (const end of spellings) {
      const options = { apiKey: null, timeoutMs: 300, retries: 0, minDelayMs: 1, maxDelayMs: 1, now: () => 0 };
      await openAiChat({ ...options, baseUrl: `${server.baseUrl}${end}` })(REQUEST, 1e6, never);
    }
    expect(server.asked.map(({ url }) => url)).toEqual(spellings.map(() => "/v1/chat/completions"));
    for (const baseUrl of ["", "localhost", "file:///etc/passwd", "http://me:pw@localhost/v1"]) {
      const open = () =>
        openAiChat({ baseUrl, apiKey: null, timeoutMs: 1, retries: 0, minDelayMs: 1, maxDelayMs: 1, now: () => 0 });
      expect(open).toThrow(BestkError);
      expect(open).not.toThrow(/pw/);
    }
  });
});
