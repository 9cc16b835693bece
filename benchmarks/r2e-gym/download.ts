// Fetches a file once: checked against the digest that its server or the caller names, kept under that digest.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deadline } from "../../src/core/deadline.js";
import { BestkError, messageOf } from "../../src/core/errors.js";
import { writeAtomic } from "../../src/core/io.js";

/** Where the table lies; another hub by `--hub` or HF_ENDPOINT, any other address by `--url`. */
export const HUB = "https://huggingface.co";
export const DATASET = "R2E-Gym/32B_predictions";

const MAX_BYTES = 512 * 1024 ** 2;
const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 120_000;

export interface Downloaded {
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Where the digest that was checked came from; null where there was none to check. */
  readonly checked: "given" | "server" | null;
}

export interface DownloadOptions {
  /** Folder for what was fetched. */
  readonly cache: string;
  /** Expected digest, 64 hex digits. */
  readonly sha256?: string;
  readonly signal: AbortSignal;
}

/** Addresses of a data set's rows as parquet, as the hub lists them. Throws BestkError `prerequisite`. */
export async function parquetFiles(hub: string, dataset: string, signal: AbortSignal): Promise<readonly string[]> {
  const address = `${hub.replace(/\/$/, "")}/api/datasets/${dataset}/parquet`;
  const { bytes } = await get(address, signal);
  let listed: unknown;
  try {
    listed = JSON.parse(bytes.toString("utf8"));
  } catch (thrown) {
    throw new BestkError("prerequisite", `${address}: expected a list of files, got no JSON`, { cause: thrown });
  }
  const files = textsIn(listed);
  if (files.length === 0) throw new BestkError("prerequisite", `${address}: lists no file`, { hint: GIVE_FILE });
  return files.map((file) => new URL(file, address).href);
}

/** Throws BestkError `prerequisite` where there is no network or no such file, `input` for another digest. */
export async function download(url: string, { cache, sha256, signal }: DownloadOptions): Promise<Downloaded> {
  const { bytes, linked } = await get(url, signal);
  const digest = createHash("sha256").update(bytes).digest("hex");
  for (const [expected, who] of [
    [sha256?.toLowerCase(), "--sha256 says"],
    [linked, "its server says"],
  ] as const) {
    if (expected === undefined || expected === digest) continue;
    throw new BestkError("input", `${url}: its sha256 is ${digest}, ${who} ${expected}`, {
      hint: "it was damaged on the way, or is another version of the table",
    });
  }
  await mkdir(cache, { recursive: true });
  const file = join(cache, `${digest}${/\.(parquet|csv|jsonl|json)(?=$|[?#])/.exec(url)?.[0] ?? ""}`);
  const known = await readFile(file).catch(() => null);
  if (known === null || !known.equals(bytes)) await writeAtomic(file, bytes);
  await writeFile(join(cache, "latest.txt"), `${url}\n${digest}\n`);
  return {
    file,
    sha256: digest,
    bytes: bytes.length,
    checked: sha256 !== undefined ? "given" : linked ? "server" : null,
  };
}

const GIVE_FILE = "without a network: fetch the table elsewhere and name it with --file";

interface Answer {
  readonly bytes: Buffer;
  /** The digest that the hub gives of a large file before it sends one to where it lies. */
  readonly linked: string | undefined;
}

/** Follows redirects by hand: the digest stands in the answer of the first server, not of the last. */
async function get(url: string, signal: AbortSignal): Promise<Answer> {
  using limit = deadline(signal, TIMEOUT_MS);
  let address = url;
  let linked: string | undefined;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await request(address, limit.signal);
    linked ??= /^"?([0-9a-f]{64})"?$/.exec(answer.headers.get("x-linked-etag") ?? "")?.[1];
    const next = answer.headers.get("location");
    if (answer.status >= 300 && answer.status < 400 && next !== null) {
      await answer.body?.cancel();
      address = new URL(next, address).href;
      continue;
    }
    if (!answer.ok) {
      throw new BestkError("prerequisite", `${address}: the server answers ${answer.status}`, { hint: GIVE_FILE });
    }
    return { bytes: await bodyOf(answer, address), linked };
  }
  throw new BestkError("prerequisite", `${url}: more than ${MAX_REDIRECTS} redirects`, { hint: GIVE_FILE });
}

async function request(address: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(address, { redirect: "manual", signal });
  } catch (thrown) {
    throw new BestkError("prerequisite", `${address}: can't be reached (${causeOf(thrown)})`, {
      hint: GIVE_FILE,
      cause: thrown,
    });
  }
}

async function bodyOf(answer: Response, address: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES / 1024 ** 2} MB`);
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw new BestkError("prerequisite", `${address}: broke off after ${size} bytes (${causeOf(thrown)})`, {
      hint: "run it again",
      cause: thrown,
    });
  }
  return Buffer.concat(chunks);
}

/** `fetch failed` says nothing: what stands behind it does. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  return messageOf(cause ?? thrown);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsIn) : [];
}
