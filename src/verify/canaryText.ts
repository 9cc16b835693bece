// What canary tests say: ordinary small tests, failing in the several ways that a patched runner could hide.

export type CanaryLanguage = "pytest" | "unittest" | "functions" | "node";

/** Names of the tests of one file. */
export interface CanaryNames {
  readonly pass: readonly string[];
  readonly fail: readonly string[];
}

/** Text of one canary file; `draw(n)` is an unforeseeable number below n. */
export function canaryContent(language: CanaryLanguage, names: CanaryNames, draw: (limit: number) => number): string {
  const tests = shuffled(
    [
      ...names.pass.map((name, way) => ({ name, fails: false, way })),
      ...names.fail.map((name, way) => ({ name, fails: true, way })),
    ],
    draw,
  );
  // pytest runs both forms; which of them is patched is not known beforehand, so that either may come.
  const asClass = language === "unittest" || (language === "pytest" && draw(2) === 0);
  const facts = tests.map((test) => ({ ...test, values: [10 + draw(90), 10 + draw(90), 10 + draw(90)] }));
  if (language === "node") return nodeText(facts);
  return asClass ? classText(facts) : functionsText(facts);
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

/** Works as an ES module and as CommonJS. */
function nodeText(facts: readonly Fact[]): string {
  const tests = facts.map((fact) => {
    const list = `[${fact.values.join(", ")}]`;
    const sum = `${list}.reduce((sum, value) => sum + value, 0)`;
    const line =
      fact.way === 0
        ? `assert.equal(${sum}, ${sumOf(fact)});`
        : `if (${sum} !== ${sumOf(fact)}) throw new Error("wrong sum");`;
    return `  test("${fact.name}", () => {\n    ${line}\n  });\n`;
  });
  const imports = 'Promise.all([import("node:test"), import("node:assert")])';
  return `${imports}.then(([{ test }, { default: assert }]) => {\n${tests.join("")}});\n`;
}

function shuffled<T>(items: readonly T[], draw: (limit: number) => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}
