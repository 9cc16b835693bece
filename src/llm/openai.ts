// A client of OpenAI-compatible servers: whatever one does, within bounds of time, size and attempts, becomes a result.
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { z } from "zod";
import { deadline } from "../core/deadline.js";
import { BestkError, messageOf } from "../core/errors.js";
import { type Chat, type ChatFailure, type ChatRequest, type ChatResult, estimateTokens } from "./chat.js";

export interface OpenAiOptions {
  /** Such as `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  /** null where the server asks for none. Appears in no result. */
  readonly apiKey: string | null;
  /** Of one attempt, the answer's last byte included. */
  readonly timeoutMs: number;
  /** Attempts after the first one; the wait doubles from `minDelayMs` to `maxDelayMs`. */
  readonly retries: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Wall clock in ms, for a `Retry-After` that gives a date. */
  readonly now: () => number;
}

/** A longer answer is not read on: 500 tests fit in it many times. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** A server that asks for a longer wait has no answer for us today. */
const MAX_RETRY_AFTER_MS = 120_000;
/** Shorter keys ("EMPTY") are no secret, and words of answers. */
const SECRET_LENGTH = 8;

/** Throws BestkError `usage` for a base URL that can't be used. */
export function openAiChat(options: OpenAiOptions): Chat {
  const url = endpointOf(options.baseUrl);
  const dialect: Dialect = { tokensField: "max_tokens" };
  return (request, allowedTokens, signal) => ask({ ...options, url, dialect }, request, allowedTokens, signal);
}

interface Dialect {
  /** Newer models refuse the old name of the limit. */
  tokensField: "max_tokens" | "max_completion_tokens";
}

interface Server extends OpenAiOptions {
  readonly url: string;
  readonly dialect: Dialect;
}

/** One attempt that gave no answer. */
class AttemptError extends Error {
  readonly failure: ChatFailure;
  readonly again: boolean;
  /** The server's own wish; 0 where it has none. */
  readonly waitMs: number;
  /** Tokens that it cost. */
  readonly tokens: number;

  constructor(failure: ChatFailure, message: string, more: { again?: boolean; waitMs?: number; tokens?: number } = {}) {
    super(message);
    this.failure = failure;
    this.again = more.again ?? false;
    this.waitMs = more.waitMs ?? 0;
    this.tokens = more.tokens ?? 0;
  }
}

function endpointOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new BestkError("usage", `--base-url ${baseUrl}: not an address of a server`, {
      hint: "give the address that ends before /chat/completions, such as http://localhost:8000/v1",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new BestkError("usage", "--base-url holds a user or a password", {
      hint: "give the key by an environment variable (--api-key-env)",
    });
  }
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/(?:\/chat\/completions)?$/, "/chat/completions");
  return url.toString();
}

async function ask(
  server: Server,
  request: ChatRequest,
  allowedTokens: number,
  signal: AbortSignal,
): Promise<ChatResult> {
  const failed: ChatFailure[] = [];
  const oneAttempt = estimateTokens(request.messages) + request.maxTokens;
  let tokens = 0;
  const mayRetry = (error: Error): boolean =>
    error instanceof AttemptError && error.again && tokens + oneAttempt <= allowedTokens;
  try {
    const answer = await pRetry(() => attempt(server, request, signal), {
      retries: server.retries,
      minTimeout: server.minDelayMs,
      maxTimeout: server.maxDelayMs,
      signal,
      onFailedAttempt: async ({ error, retriesLeft }) => {
        if (!(error instanceof AttemptError)) return;
        tokens += error.tokens;
        if (!mayRetry(error) || retriesLeft === 0) return;
        failed.push(error.failure);
        if (error.waitMs > 0) await sleep(error.waitMs, undefined, { signal });
      },
      shouldRetry: ({ error }) => mayRetry(error),
    });
    return { status: "ok", text: answer.text, cut: answer.cut, tokens: tokens + answer.tokens, failed };
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof AttemptError)) throw thrown;
    return { status: "failed", reason: thrown.failure, message: hidden(server, thrown.message), tokens, failed };
  }
}

async function attempt(server: Server, request: ChatRequest, signal: AbortSignal): Promise<Answer> {
  using within = deadline(signal, server.timeoutMs);
  const prompt = estimateTokens(request.messages);
  try {
    const response = await post(server, request, within.signal);
    const body = await readBody(response, prompt);
    if (response.status !== 200) throw refusalOf(server, response, body);
    return answerOf(server, request, body, prompt);
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof AttemptError) throw thrown;
    if (within.expired) {
      throw new AttemptError("timeout", `no answer within ${server.timeoutMs / 1000} s`, {
        again: true,
        tokens: prompt,
      });
    }
    const cause = thrown instanceof Error && thrown.cause !== undefined ? `: ${messageOf(thrown.cause)}` : "";
    throw new AttemptError("network", `the connection failed (${messageOf(thrown)}${cause})`, { again: true });
  }
}

function post({ url, apiKey, dialect }: Server, request: ChatRequest, signal: AbortSignal): Promise<Response> {
  const { model, messages, temperature, maxTokens } = request;
  const body = {
    model,
    messages,
    ...(temperature === null ? {} : { temperature }),
    [dialect.tokensField]: maxTokens,
  };
  const headers = {
    "content-type": "application/json",
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  // A redirect would be followed by a request without the body.
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), redirect: "manual", signal });
}

async function readBody(response: Response, prompt: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      throw new AttemptError("too-large", `an answer of more than ${MAX_BODY_BYTES} bytes`, { tokens: prompt });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Any status but 200. */
function refusalOf({ dialect, now }: Server, { status, headers }: Response, body: string): AttemptError {
  const said = errorText(body);
  const message = `the server answered ${status}${said === "" ? "" : `: ${said}`}`;
  if (status === 400 && dialect.tokensField === "max_tokens" && body.includes("max_completion_tokens")) {
    dialect.tokensField = "max_completion_tokens";
    return new AttemptError("server", message, { again: true });
  }
  if (status === 429) {
    const waitMs = retryAfter(headers.get("retry-after"), now());
    const again = waitMs <= MAX_RETRY_AFTER_MS && !body.includes("insufficient_quota");
    return new AttemptError("rate-limit", message, { again, waitMs });
  }
  if (status === 408 || status === 425 || status >= 500) {
    const waitMs = retryAfter(headers.get("retry-after"), now());
    return new AttemptError("server", message, { again: waitMs <= MAX_RETRY_AFTER_MS, waitMs });
  }
  return new AttemptError("rejected", message);
}

/** Seconds, or a date. */
function retryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const waitMs = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isNaN(waitMs) ? 0 : Math.max(0, waitMs);
}

const errorSchema = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

function errorText(body: string): string {
  const parsed = errorSchema.safeParse(jsonOf(body));
  const error = parsed.success ? parsed.data.error : body;
  return (typeof error === "string" ? error : error.message).replace(/\s+/g, " ").trim().slice(0, 300);
}

interface Answer {
  readonly text: string;
  readonly cut: boolean;
  readonly tokens: number;
}

const count = z.number().int().nonnegative();

const answerSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.unknown().optional(),
});

const usageSchema = z.object({ prompt_tokens: count, completion_tokens: count });

function answerOf(server: Server, { maxTokens }: ChatRequest, body: string, prompt: number): Answer {
  const json = jsonOf(body);
  const parsed = answerSchema.safeParse(json);
  if (json === undefined || !parsed.success) {
    const what = json === undefined ? "no JSON" : "JSON without choices[0].message";
    throw new AttemptError("broken-json", `the answer is ${what} (${body.length} characters)`, {
      again: true,
      tokens: prompt,
    });
  }
  const choice = parsed.data.choices[0] as z.infer<typeof answerSchema>["choices"][number];
  const text = hidden(server, choice.message.content ?? "");
  const usage = usageSchema.safeParse(parsed.data.usage);
  const tokens = usage.success
    ? usage.data.prompt_tokens + usage.data.completion_tokens
    : prompt + Math.min(maxTokens, estimateTokens([{ content: text }]));
  const refusal = choice.message.refusal ?? (choice.finish_reason === "content_filter" ? "content filter" : null);
  if (refusal !== null && refusal !== "") {
    throw new AttemptError("refused", `the model refused: ${refusal.replace(/\s+/g, " ").slice(0, 300)}`, { tokens });
  }
  if (text.trim() === "") throw new AttemptError("empty", "the answer is empty", { tokens });
  return { text, cut: choice.finish_reason === "length", tokens };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Servers repeat a wrong key in their errors, and results are recorded. */
function hidden({ apiKey }: OpenAiOptions, text: string): string {
  return apiKey === null || apiKey.length < SECRET_LENGTH ? text : text.replaceAll(apiKey, "[key]");
}
