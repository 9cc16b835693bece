// Writes report.html: opens what was named, streams the page beside its place, and puts it there in one step.
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BestkError, messageOf } from "../core/errors.js";
import { type PageFileResult, writePage } from "../report/page/file.js";
import type { PageAssets } from "../report/page/html.js";
import type { PageSource } from "../report/page/source.js";
import { type EvidenceSourceOptions, evidenceSource } from "./pageEvidence.js";
import { isRunDirectory, runSource } from "./pageRun.js";

export interface ReportRequest {
  /** Run directories, or evidence; each is a run of the page. */
  readonly paths: readonly string[];
  /** Default: `report.html` of the first run directory. */
  readonly output?: string;
  readonly evidence: EvidenceSourceOptions;
  readonly assets: PageAssets;
  readonly bestk: string;
  /** Bytes of encoded parts, at most; default 25 MB. */
  readonly budget?: number;
  readonly signal: AbortSignal;
}

export interface WrittenReport extends Pick<PageFileResult, "leftOut" | "parts"> {
  readonly file: string;
  /** Of the file. */
  readonly bytes: number;
  readonly runs: readonly { readonly id: string; readonly instances: number; readonly rollouts: number }[];
}

export const REPORT_FILE = "report.html";

/** Throws BestkError `usage` where there is no place to write to, `input` as the readers do. */
export async function writeReport(request: ReportRequest): Promise<WrittenReport> {
  const sources = await pageSources(request.paths, request.evidence);
  const [first] = request.paths;
  const file = request.output ?? ((await isRunDirectory(String(first))) ? join(String(first), REPORT_FILE) : null);
  if (file === null) {
    throw new BestkError("usage", `${first} is no run directory, so there is no place for its report`, {
      hint: `name one with -o ${REPORT_FILE}`,
    });
  }
  let bytes = 0;
  const written = await inOneStep(file, async (handle) => {
    const write = async (text: string): Promise<void> => {
      const chunk = Buffer.from(text);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    };
    const { assets, bestk, budget, signal } = request;
    return writePage(sources, { assets, bestk, write, signal, ...(budget === undefined ? {} : { budget }) });
  });
  return {
    file,
    bytes,
    parts: written.parts,
    leftOut: written.leftOut,
    runs: sources.map(({ id, evidence }) => ({
      id,
      instances: new Set(evidence.map(({ instanceId }) => instanceId)).size,
      rollouts: evidence.length,
    })),
  };
}

/** Runs that have the same name get a number. */
export async function pageSources(
  paths: readonly string[],
  options: EvidenceSourceOptions & { readonly mayBeEmpty?: boolean },
): Promise<readonly PageSource[]> {
  const sources: PageSource[] = [];
  for (const path of paths) {
    const isRun = options.table === undefined && (await isRunDirectory(path));
    const source = isRun ? await runSource(path, options) : await evidenceSource(path, options);
    const names = new Set(sources.map(({ id }) => id));
    let id = source.id;
    for (let number = 2; names.has(id); number += 1) id = `${source.id} (${number})`;
    sources.push({ ...source, id });
  }
  return sources;
}

async function inOneStep<T>(file: string, job: (handle: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(temporary, "w");
    let done: T;
    try {
      done = await job(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return done;
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {});
    const { code } = thrown as NodeJS.ErrnoException;
    if (thrown instanceof BestkError || code === undefined) throw thrown;
    throw new BestkError("usage", `${file} can't be written (${messageOf(thrown)})`, { cause: thrown });
  }
}
