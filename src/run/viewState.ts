// What `bestk view` knows of its runs: read again when their files have changed, one instance at a time, parts found by name alone.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PageData } from "../core/page.js";
import { comparisonsOf } from "../report/page/comparisons.js";
import { costOf, NO_COST } from "../report/page/cost.js";
import { type BuiltDetail, type InstancePool, instanceDetail } from "../report/page/detail.js";
import { detailRef, instancePrefix, type PartKind, prefixOf } from "../report/page/parts.js";
import { instancePools } from "../report/page/rows.js";
import { NOTHING_LEFT_OUT, pageRun } from "../report/page/run.js";
import type { PageSource, SourceText } from "../report/page/source.js";

export interface ViewState {
  /** JSON of the document, of what the files say now. */
  readonly data: () => Promise<string>;
  /** A detail, or a text; null for a name that is none of theirs. */
  readonly part: (ref: string) => Promise<ViewPart | null>;
  /** True once after the files have changed. Work on the last change sets how soon the next one is told. */
  readonly changed: () => Promise<boolean>;
}

export type ViewPart =
  | { readonly kind: "detail"; readonly json: string }
  | { readonly kind: PartKind; readonly text: SourceText };

export interface ViewStateOptions {
  readonly paths: readonly string[];
  readonly bestk: string;
  /** Opens all of them. */
  readonly open: () => Promise<readonly PageSource[]>;
  /** Milliseconds; never goes back. */
  readonly now: () => number;
}

interface Read {
  readonly sources: readonly PageSource[];
  /** By the prefix that names of its parts have. */
  readonly places: ReadonlyMap<string, { readonly source: PageSource; readonly pool: InstancePool }>;
  readonly json: string;
}

/** Reads the runs once before it returns, so that what can't be read is told at the start. */
export async function viewState(options: ViewStateOptions): Promise<ViewState> {
  let mark = await markOf(options.paths);
  let told = mark;
  let reading: Promise<Read> | null = null;
  let costMs = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let last: { readonly ref: string; readonly built: BuiltDetail } | null = null;
  const read = (): Promise<Read> => {
    reading ??= timed();
    return reading;
  };
  const timed = async (): Promise<Read> => {
    const start = options.now();
    try {
      return await readAll(options);
    } catch (thrown) {
      reading = null;
      throw thrown;
    } finally {
      costMs = options.now() - start;
    }
  };
  const refresh = async (): Promise<Read> => {
    const now = await markOf(options.paths);
    if (now !== mark) {
      const before = reading;
      mark = now;
      reading = null;
      last = null;
      // Files that are being replaced: what was read before is better than nothing, and the next change is near.
      return read().catch((thrown: unknown) => {
        if (before === null) throw thrown;
        mark = "";
        reading = before;
        return before;
      });
    }
    return read();
  };
  const detailOf = async (ref: string, prefix: string): Promise<BuiltDetail | null> => {
    const place = (await read()).places.get(prefix);
    if (place === undefined) return null;
    if (last?.ref === prefix && ref !== detailRef(place.source.id, place.pool.instanceId)) return last.built;
    const given = await place.source.instance(place.pool.instanceId);
    last = { ref: prefix, built: instanceDetail(place.source, place.pool, given) };
    return last.built;
  };
  await read();
  return {
    data: async () => (await refresh()).json,
    part: async (ref) => {
      const prefix = prefixOf(ref);
      const built = prefix === null ? null : await detailOf(ref, prefix);
      if (built === null) return null;
      if (ref === `${prefix}-detail`) return { kind: "detail", json: JSON.stringify(built.detail) };
      const text = built.texts.find(({ id }) => id === ref);
      return text === undefined ? null : { kind: text.kind, text };
    },
    changed: async () => {
      // A large run takes long to read: its reader must not be kept busy with nothing else.
      if (options.now() - toldAt < 4 * costMs) return false;
      const now = await markOf(options.paths);
      if (now === told) return false;
      told = now;
      toldAt = options.now();
      return true;
    },
  };
}

async function readAll({ open, bestk }: ViewStateOptions): Promise<Read> {
  const sources = await open();
  const places = sources.flatMap((source) =>
    instancePools(source).map((pool) => [instancePrefix(source.id, pool.instanceId), { source, pool }] as const),
  );
  const runs = sources.map((source) =>
    pageRun(source, source.cost === null ? NO_COST : costOf(source.cost), NOTHING_LEFT_OUT),
  );
  const data: PageData = { schema: "bestk.page/1", bestk, runs, comparisons: comparisonsOf(sources) };
  return { sources, places: new Map(places), json: JSON.stringify(data) };
}

/** Files that decide what the page says; logs belong to lines of evidence. */
const WATCHED = /^(?:evidence|rollouts|candidates|preds|tasks|ranking\..+)\.jsonl$|^(?:run|cost)\.json$|^lock$/;

/** Sizes and times of the files, as text. */
async function markOf(paths: readonly string[]): Promise<string> {
  const all = paths.map(async (path) => {
    const names = await readdir(path).catch(() => null);
    const files = names === null ? [path] : names.filter((name) => WATCHED.test(name)).map((name) => join(path, name));
    const marks = files.toSorted().map(async (file) => {
      const about = await stat(file).catch(() => null);
      return `${file} ${about?.size} ${about?.mtimeMs} ${about?.ino}`;
    });
    return Promise.all(marks);
  });
  return JSON.stringify(await Promise.all(all));
}
