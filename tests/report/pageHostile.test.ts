// Text of rollouts can't reach the markup of the page: it is in base64, and comes out as it went in.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writePage } from "../../src/report/page/file.js";
import { textAtHand } from "../../src/report/page/pack.js";
import { evidence } from "../support/evidence.js";
import { candidateSource, pageSource, readPage, rolloutTexts } from "../support/pageSource.js";

const MARK = "HOSTILE";

const HOSTILE: Readonly<Record<string, string>> = {
  "a script": `<script>${MARK}()</script>`,
  "an end of the element": `</script><script>${MARK}()</script>`,
  "an end in other letters": `</ScRiPt\n><img src=x onerror=${MARK}()>`,
  "a comment": `<!--<script>${MARK}-->`,
  "an event handler": `"><svg onload="${MARK}()">`,
  "a link that runs": `[x](javascript:${MARK}())`,
  "a base": `<base href="//${MARK}.example/">`,
  "a policy": `<meta http-equiv="Content-Security-Policy" content="${MARK}">`,
  "a template": `\${${MARK}} {{${MARK}}} \u2028\u2029`,
  "escape codes": `\u001b[31m${MARK}\u001b]0;title\u0007`,
  "bidi characters": `\u202e${MARK}\u2066\u200f`,
  "NUL and controls": `\u0000${MARK}\u0008\ufeff\ufffe`,
  "an end of the data": `${MARK}","resolved":true}]}`,
  "a prototype": `__proto__ ${MARK} constructor`,
};

async function pageOf(text: string) {
  const id = `r ${text}`;
  const instanceId = `i ${text}`;
  const source = pageSource({
    id: `run ${text}`,
    evidence: [
      {
        ...evidence(id, { regression: 0, candidate: `c ${text}` }, instanceId),
        generated: [
          {
            test: text === "" ? "t" : text,
            name: text,
            source: text,
            writtenBy: [text],
            base: "failed",
            outcome: "passed",
          },
        ],
      },
    ],
    instance: () => ({
      issue: text,
      candidates: [
        candidateSource(`c ${text}`, {
          rolloutIds: [id],
          patch: text,
          rawPatches: { [id]: `raw ${text}` },
          dropped: [{ path: text, kind: "test", reason: text }],
          verified: {
            applied: false,
            runs: { regression: null, generated: {} },
            durationMs: 0,
            outcomes: {},
            logs: new Map([["apply.log", textAtHand(text)]]),
          },
        }),
      ],
      rollouts: new Map([
        [id, rolloutTexts({ exitStatus: text, steps: [{ thought: text, action: text, observation: text }] }, text)],
      ]),
    }),
  });
  const chunks: string[] = [];
  const write = async (chunk: string): Promise<void> => {
    chunks.push(chunk);
  };
  const assets = { script: "1", style: "" };
  await writePage([source], { assets, bestk: "1", write, signal: new AbortController().signal });
  return { html: chunks.join(""), instanceId, id };
}

/** The page of text that nobody could mind: all markup there may be. */
async function plainMarkup(): Promise<string> {
  return readPage((await pageOf("x")).html).markup;
}

async function expectWhole(text: string): Promise<void> {
  const { html, instanceId, id } = await pageOf(text);
  const page = readPage(html);
  expect(page.markup).toBe(await plainMarkup());
  expect(page.data.runs[0]).toMatchObject({ id: `run ${text}`, instances: [{ instanceId, selected: id }] });
  const detail = page.detail(0, 0);
  expect(detail).toMatchObject({
    instanceId,
    issue: text,
    rows: [{ rolloutId: id, candidateId: `c ${text}` }],
    candidates: [{ dropped: [{ path: text, reason: text }] }],
    matrix: { tests: [{ source: text }] },
  });
  const step = { thought: text, action: text, observation: text };
  expect(JSON.parse(page.part(detail.rows[0]?.transcript?.part))).toEqual({ exitStatus: text, steps: [step] });
  // In UTF-8 there is no lone surrogate.
  const utf8 = Buffer.from(text).toString("utf8");
  expect(page.part(detail.rows[0]?.modelInput?.part)).toBe(utf8);
  expect(page.part(detail.candidates[0]?.patch.part)).toBe(utf8);
  expect(page.part(detail.candidates[0]?.rawPatch?.part)).toBe(`raw ${utf8}`);
  expect(page.part(detail.matrix.logs[0]?.part)).toBe(utf8);
}

describe("hostile text", () => {
  it.each(Object.entries(HOSTILE))("%s", async (_, text) => {
    expect((await pageOf(text)).html).not.toContain(MARK);
    await expectWhole(text);
  });

  it("lone surrogates", () => expectWhole("\ud800 \udc00 a\udfff"));

  it("a line of a megabyte", () => expectWhole(`<${"a".repeat(1_000_000)}</script>`));

  it("any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 60 }), (text) => expectWhole(text)),
      { numRuns: 40 },
    );
  });
});
