// A small run for the page, in memory, and a reader of the files that come of it.
import { gunzipSync } from "node:zlib";
import type { InstanceDetail, PageData } from "../../src/core/page.js";
import type { Evidence } from "../../src/core/schemas.js";
import type { Labels } from "../../src/core/types.js";
import { textAtHand } from "../../src/report/page/pack.js";
import type { CandidateSource, InstanceSource, PageSource, RolloutTexts } from "../../src/report/page/source.js";
import { rankInstances } from "../../src/select/rankInstances.js";
import { aggregatorNamed } from "../../src/select/registry.js";

export interface SmallRun {
  readonly id?: string;
  readonly evidence: readonly Evidence[];
  readonly labels?: Labels;
  readonly aggregators?: readonly string[];
  readonly instance?: (instanceId: string) => Partial<InstanceSource>;
}

export function pageSource(run: SmallRun): PageSource {
  const { evidence, aggregators = ["hybrid"] } = run;
  return {
    id: run.id ?? "run",
    complete: true,
    card: {},
    evidence,
    labels: run.labels ?? new Map(),
    rankings: new Map(aggregators.map((name) => [name, rankInstances(evidence, aggregatorNamed(name)).instances])),
    flaky: new Map(),
    cost: null,
    tables: [],
    instance: async (instanceId) => ({
      issue: null,
      candidates: [],
      base: null,
      rollouts: new Map(),
      ...run.instance?.(instanceId),
    }),
  };
}

export function candidateSource(candidateId: string, given: Partial<CandidateSource> = {}): CandidateSource {
  return {
    candidateId,
    rolloutIds: [candidateId.replace("sha256:", "")],
    patch: `patch of ${candidateId}`,
    rawPatches: {},
    dropped: [],
    features: { addedLines: 1, removedLines: 0 },
    verified: null,
    ...given,
  };
}

export function rolloutTexts(transcript: unknown, modelInput: string): RolloutTexts {
  return { transcript: textAtHand(JSON.stringify(transcript)), modelInput: textAtHand(modelInput) };
}

/** What a browser reads of a file: its document, its parts, and what is left of the markup without their content. */
export interface ReadPage {
  readonly data: PageData;
  readonly part: (ref: string | null | undefined) => string;
  readonly parts: number;
  readonly markup: string;
  readonly detail: (run: number, instance: number) => InstanceDetail;
}

export function readPage(html: string): ReadPage {
  const contents = new Map<string, string>();
  const markup = html.replace(
    /<script type="application\/octet-stream" id="([\w-]+)">([A-Za-z0-9+/=]*)<\/script>\n/g,
    (_, id: string, content: string) => {
      contents.set(id, content);
      return "";
    },
  );
  const text = (id: string): string => gunzipSync(Buffer.from(contents.get(id) ?? "", "base64")).toString("utf8");
  const part = (ref: string | null | undefined): string => text(`bestk-part-${ref}`);
  const data = JSON.parse(text("bestk-data")) as PageData;
  return {
    data,
    part,
    markup,
    parts: contents.size - 1,
    detail: (run, instance) => JSON.parse(part(data.runs[run]?.instances[instance]?.detail)) as InstanceDetail,
  };
}
