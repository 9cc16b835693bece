// Writes the page as one file below a size: first what decided, then what differs, then the rest until it is full, all in a stream.
import { type InstanceDetail, type LongText, PAGE_ELEMENT, type PageData, type PageRun } from "../../core/page.js";
import { comparisonsOf } from "./comparisons.js";
import { costOf, type MeasuredCost, measuredCost, summedCost } from "./cost.js";
import { instanceDetail } from "./detail.js";
import { dataElement, type PageAssets, pageEnd, pageHead, partElementId } from "./html.js";
import { encodedLength, packed } from "./pack.js";
import { detailRef, type PageText } from "./parts.js";
import { instancePools } from "./rows.js";
import { pageRun } from "./run.js";
import type { PageSource } from "./source.js";

export interface PageFileOptions {
  readonly assets: PageAssets;
  /** bestk's own version. */
  readonly bestk: string;
  /** Bytes of encoded parts, at most; default 25 MB. */
  readonly budget?: number;
  /** Takes the file in order; waits for the disk. */
  readonly write: (text: string) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface PageFileResult {
  readonly leftOut: PageRun["leftOut"];
  /** Parts in the file, and their encoded bytes. */
  readonly parts: number;
  readonly bytes: number;
}

export const PAGE_BUDGET = 25_000_000;

/** A text larger than this share of the room is left out alone; the first smaller one that doesn't fit is the last to be read. */
const LARGE = 0.1;

/** By tier; within it trajectories last, which are longer than all else. */
const TURNS = ([1, 2, 3] as const).flatMap((tier) =>
  [false, true].map((isLong) => (text: PageText) => text.tier === tier && (text.kind === "trajectory") === isLong),
);

/** Equal input gives equal bytes. */
export async function writePage(sources: readonly PageSource[], options: PageFileOptions): Promise<PageFileResult> {
  const { assets, budget = PAGE_BUDGET, write, signal } = options;
  await write(pageHead(assets, false));
  const drafts: RunDraft[] = [];
  const used = { parts: 0, bytes: 0 };
  const put = async (id: string, gzip: Buffer): Promise<void> => {
    used.parts += 1;
    used.bytes += encodedLength(gzip.length);
    await write(dataElement(partElementId(id), gzip));
  };
  let reserved = 0;
  for (const source of sources) {
    const draft = await draftRun(
      source,
      signal,
      async (text) => {
        const gzip = await text.packed();
        if (used.bytes + reserved + encodedLength(gzip.length) > budget) return false;
        await put(text.id, gzip);
        return true;
      },
      (bytes) => {
        reserved += bytes;
      },
    );
    drafts.push(draft);
  }
  for (const turn of TURNS) {
    if (!(await putTexts(drafts, turn, budget - reserved, used, put, signal))) break;
  }
  const runs: PageRun[] = [];
  for (const { source, details, texts, kept, measured } of drafts) {
    for (const [instanceId, json] of details) {
      signal.throwIfAborted();
      await put(detailRef(source.id, instanceId), await packed(JSON.stringify(withoutMissing(JSON.parse(json), kept))));
    }
    const cost = source.cost === null ? summedCost(measured) : costOf(source.cost);
    runs.push(pageRun(source, cost, leftOutOf(texts, kept)));
  }
  const data: PageData = { schema: "bestk.page/1", bestk: options.bestk, runs, comparisons: comparisonsOf(sources) };
  await write(dataElement(PAGE_ELEMENT.data, await packed(JSON.stringify(data))));
  await write(pageEnd(assets));
  return { leftOut: total(runs.map(({ leftOut }) => leftOut)), ...used };
}

interface RunDraft {
  readonly source: PageSource;
  /** JSON of the details with every text named, by instance: a run's worth fits into memory as text. */
  readonly details: ReadonlyMap<string, string>;
  readonly texts: readonly PageText[];
  /** Names of texts that are in the file. */
  readonly kept: Set<string>;
  readonly measured: readonly MeasuredCost[];
}

/** Reads each instance once. Normalised patches go into the file at once; the size of details is set aside. */
async function draftRun(
  source: PageSource,
  signal: AbortSignal,
  putPatch: (text: PageText) => Promise<boolean>,
  reserve: (bytes: number) => void,
): Promise<RunDraft> {
  const details = new Map<string, string>();
  const texts: PageText[] = [];
  const kept = new Set<string>();
  const measured: MeasuredCost[] = [];
  for (const pool of instancePools(source)) {
    signal.throwIfAborted();
    const given = await source.instance(pool.instanceId);
    const cost = measuredCost(given);
    if (cost !== null) measured.push(cost);
    const built = instanceDetail(source, pool, given);
    const json = JSON.stringify(built.detail);
    details.set(pool.instanceId, json);
    reserve(encodedLength((await packed(json)).length));
    for (const text of built.texts) {
      if (text.tier === 0 && (await putPatch(text))) kept.add(text.id);
      texts.push(text);
    }
  }
  return { source, details, texts, kept, measured };
}

/** False once the file is full. */
async function putTexts(
  drafts: readonly RunDraft[],
  isDue: (text: PageText) => boolean,
  room: number,
  used: { readonly bytes: number },
  put: (id: string, gzip: Buffer) => Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { texts, kept } of drafts) {
    for (const text of texts) {
      if (!isDue(text)) continue;
      signal.throwIfAborted();
      const gzip = await text.packed();
      const size = encodedLength(gzip.length);
      if (used.bytes + size <= room) {
        await put(text.id, gzip);
        kept.add(text.id);
      } else if (size < LARGE * room) return false;
    }
  }
  return true;
}

/** The detail as the file has it: texts that are not there have no part. */
function withoutMissing(detail: InstanceDetail, kept: ReadonlySet<string>): InstanceDetail {
  const there = <T extends LongText | null>(text: T): T =>
    text === null || text.part === null || kept.has(text.part) ? text : { ...text, part: null };
  return {
    ...detail,
    rows: detail.rows.map((row) => ({
      ...row,
      transcript: there(row.transcript),
      modelInput: there(row.modelInput),
    })),
    candidates: detail.candidates.map((one) => ({
      ...one,
      patch: there(one.patch),
      rawPatch: there(one.rawPatch),
    })),
    matrix: {
      ...detail.matrix,
      tests: detail.matrix.tests.map((test) => ({ ...test, baseLog: there(test.baseLog) })),
      logs: detail.matrix.logs.map(there),
    },
  };
}

function leftOutOf(texts: readonly PageText[], kept: ReadonlySet<string>): PageRun["leftOut"] {
  const out = texts.filter(({ id }) => !kept.has(id));
  const count = (kind: PageText["kind"]): number => out.filter((text) => text.kind === kind).length;
  return {
    logs: count("log"),
    trajectories: count("trajectory"),
    bytes: out.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function total(all: readonly PageRun["leftOut"][]): PageRun["leftOut"] {
  const sum = (of: (one: PageRun["leftOut"]) => number): number => all.reduce((whole, one) => whole + of(one), 0);
  return {
    logs: sum(({ logs }) => logs),
    trajectories: sum((one) => one.trajectories),
    bytes: sum((one) => one.bytes),
  };
}
