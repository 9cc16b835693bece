// Puts the examples of docs/library.md into a folder, with what they run on: for .ci/run, which installs the tarball there.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exampleNamed } from "../support/docs.js";
import { ROOT } from "../support/program.js";

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  },
  include: ["*.ts"],
};

/** Writes rank.ts, verify.ts, readme.ts, a tsconfig.json, and a labelled evidence.jsonl made of the demo's own answers. */
export async function writeExamples(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "rank.ts"), exampleNamed("docs/library.md", "rank"));
  await writeFile(join(folder, "verify.ts"), exampleNamed("docs/library.md", "verify"));
  await writeFile(join(folder, "readme.ts"), exampleNamed("README.md", "library"));
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  await writeFile(join(folder, "package.json"), '{"private":true,"type":"module"}\n');
  await mkdir(join(folder, "bestk-run"));
  await writeFile(join(folder, "bestk-run/evidence.jsonl"), await labelledEvidence());
  await cp(join(ROOT, "benchmarks/demo"), join(folder, "demo"), { recursive: true });
}

interface Answer {
  readonly resolved: boolean;
  readonly regression: number | string;
  readonly reproduction: number | string;
}

/** The demo's expected signals as evidence: what a run of it finds, without running it. */
async function labelledEvidence(): Promise<string> {
  const expected = JSON.parse(await readFile(join(ROOT, "benchmarks/demo/expected.json"), "utf8")) as Readonly<
    Record<string, { readonly rollouts: Readonly<Record<string, Answer>> }>
  >;
  const signal = (value: number | string) =>
    typeof value === "number" ? { status: "ok", value } : { status: "unavailable", reason: value, message: "" };
  const lines = Object.entries(expected).flatMap(([instanceId, { rollouts }]) =>
    Object.entries(rollouts).map(([rolloutId, { regression, reproduction, resolved }], index) => ({
      schema: "bestk.evidence/1",
      instanceId,
      rolloutId,
      candidateId: `sha256:${index}`,
      signals: {
        regression: signal(regression === "forged" ? "tampered" : regression),
        reproduction: signal(reproduction === "forged" ? "tampered" : reproduction),
        reward: signal((index % 5) / 5),
      },
      resolved,
    })),
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

if (process.argv[1]?.endsWith("install.ts")) await writeExamples(process.argv[2] ?? "");
