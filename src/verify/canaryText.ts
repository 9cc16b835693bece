// What canary tests say: ordinary small tests, failing in the several ways that a patched runner could hide.

export type CanaryLanguage = "pytest" | "unittest" | "functions" | "node";

/** Names of the tests of one file. */
export interface CanaryNames {
  readonly pass: readonly string[];
  readonly fail: readonly string[];
}

/** How one file's tests are written: as functions, as methods of a `unittest` class, or for Node. */
export type CanaryForm = "functions" | "class" | { readonly loads: readonly string[] };

/** Text of one canary file; `draw(n)` is an unforeseeable number below n. */
export function canaryContent(form: CanaryForm, names: CanaryNames, draw: (limit: number) => number): string {
  const tests = shuffled(
    [
      ...names.pass.map((name, way) => ({ name, fails: false, way })),
      ...names.fail.map((name, way) => ({ name, fails: true, way })),
    ],
    draw,
  );
  const facts = tests.map((test) => ({ ...test, values: [10 + draw(90), 10 + draw(90), 10 + draw(90)] }));
  if (typeof form === "object") return nodeText(facts, form.loads);
  return form === "class" ? classText(facts) : functionsText(facts);
}

interface Fact {
  readonly name: string;
  readonly fails: boolean;
  /** Which of the ways to fail. */
  readonly way: number;
  readonly values: readonly number[];
}

/** The truth about the values, or near it. */
function sumOf({ values, fails }: Fact): number {
  return values.reduce((sum, value) => sum + value, 0) + (fails ? 1 : 0);
}

function functionsText(facts: readonly Fact[]): string {
  const tests = facts.map((fact) => {
    const list = `[${fact.values.join(", ")}]`;
    const raises = fact.fails && fact.way === 1;
    const lines = raises ? [`int("${fact.values[0]}x")`] : [`values = ${list}`, `assert sum(values) == ${sumOf(fact)}`];
    return `def test_${fact.name}():\n${lines.map((line) => `    ${line}\n`).join("")}`;
  });
  return tests.join("\n\n");
}

function classText(facts: readonly Fact[]): string {
  const tests = facts.map((fact) => {
    const list = `[${fact.values.join(", ")}]`;
    const line =
      fact.way === 0
        ? `self.assertEqual(sum(${list}), ${sumOf(fact)})`
        : `self.assertTrue(sum(${list}) == ${sumOf(fact)})`;
    return `    def test_${fact.name}(self):\n        ${line}\n`;
  });
  const owner = (facts[0]?.values ?? []).join("");
  return `import unittest\n\n\nclass Sum${owner}Test(unittest.TestCase):\n${tests.join("\n")}`;
}

/**
 * Works as an ES module and as CommonJS. Every file has a process of its own there, so it loads what the test beside it
 * loads: what that patches is patched here too. A module that keeps the process alive must not keep it waiting.
 */
function nodeText(facts: readonly Fact[], loads: readonly string[]): string {
  const tests = facts.map((fact) => {
    const list = `[${fact.values.join(", ")}]`;
    const sum = `${list}.reduce((sum, value) => sum + value, 0)`;
    const line =
      fact.way === 0
        ? `assert.equal(${sum}, ${sumOf(fact)});`
        : `if (${sum} !== ${sumOf(fact)}) throw new Error("wrong sum");`;
    return `  test("${fact.name}", () => {\n    ${line}\n  });\n`;
  });
  const names = ["node:test", "node:assert", "node:module", "node:url"];
  const imports = `Promise.all([${names.map((name) => `import("${name}")`).join(", ")}])`;
  return `const file = process.argv[1];
${imports}.then(async ([{ test, after }, { default: assert }, { createRequire }, { pathToFileURL }]) => {
  for (const name of ${JSON.stringify(loads)}) {
    const loaded = import(new URL(name, pathToFileURL(file)).href).catch(() => createRequire(file)(name)).catch(() => {});
    let timer;
    await Promise.race([loaded, new Promise((resolve) => { timer = setTimeout(resolve, 2000); })]);
    clearTimeout(timer);
  }
  after(() => setTimeout(() => process.exit(), 200).unref());
${tests.join("")}});
`;
}

function shuffled<T>(items: readonly T[], draw: (limit: number) => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}
