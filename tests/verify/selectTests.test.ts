import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processBackend } from "../../src/sandbox/process.js";
import { DEFAULT_LIMITS } from "../../src/sandbox/sandbox.js";
import { distancesTo, importGraph } from "../../src/verify/importGraph.js";
import { listTree, type Tree } from "../../src/verify/listTree.js";
import { filesOf } from "../../src/verify/reruns.js";
import { editedFiles, RELATED_CAP, selectTests, testFiles } from "../../src/verify/selectTests.js";

/** A Python package whose top re-exports, and a JavaScript one. */
const FILES: Readonly<Record<string, string>> = {
  "src/shop/__init__.py": "from .cart import Cart\nfrom .tax import (\n    vat,\n    duty,\n)\n",
  "src/shop/cart.py": "import os.path\nfrom .money import Money\n",
  "src/shop/money.py": "class Money: pass\n",
  "src/shop/tax.py": "def vat(): pass\n\ndef duty(): pass\n",
  "src/shop/report/__init__.py": "",
  "src/shop/report/print.py": "from .. import money\n",
  "src/shop/report/tests/test_layout.py": "import unittest\n",
  "tests/conftest.py": "import pytest\n",
  "tests/helpers.py": "from shop.money import Money\n",
  "tests/test_cart.py": "from shop import Cart\n",
  "tests/test_duties.py": "from shop import (\n  duty,\n)\n",
  "tests/test_print.py": "# nothing is imported\n",
  "tests/test_sums.py": "from helpers import one\n",
  "web/src/lru.js": 'import { clock } from "./clock.js";\n',
  "web/src/clock.js": "export const clock = 1;\n",
  "web/test/lru.test.js": 'const { lru } = require("../src/lru");\n',
  "web/test/other.test.mjs": 'import {\n  a,\n} from "../src/none.js";\n',
  "web/node_modules/x/x.test.js": "",
  "docs/it's a name.py": "import shop\n",
};

let folder: string;
let tree: Tree;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bestk-select-"));
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const never = new AbortController().signal;
  const backend = processBackend({ now: () => performance.now() });
  const place = { image: null, repository: folder, baseCommit: null, workdir: "/testbed" };
  const spec = { ...place, instanceId: "select", env: {}, limits: DEFAULT_LIMITS, labels: {} };
  await using sandbox = await backend.open(spec, never);
  tree = await listTree(sandbox, never);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const related = (edited: readonly string[], runner = "pytest") =>
  Object.fromEntries(selectTests("related", runner, tree, edited).files.map(({ path, why }) => [path, why]));

describe("listTree", () => {
  it("reads paths and import lines of a real tree, parentheses over lines included", () => {
    expect(tree.files).toContain("docs/it's a name.py");
    expect(tree.files.some((path) => path.includes("node_modules"))).toBe(false);
    expect(tree.imports.get("src/shop/__init__.py")).toEqual([
      "from .cart import Cart",
      "from .tax import (",
      "    vat,",
      "    duty,",
      ")",
    ]);
    expect(tree.imports.get("web/test/lru.test.js")).toEqual(['const { lru } = require("../src/lru");']);
    expect(tree.imports.has("src/shop/money.py")).toBe(false);
  });
});

describe("importGraph", () => {
  it("follows names through a package's own file, relative imports and scripts beside", () => {
    const graph = importGraph(tree);
    expect(graph.get("tests/test_cart.py")).toEqual(new Set(["src/shop/cart.py"]));
    expect(graph.get("tests/test_duties.py")).toEqual(new Set(["src/shop/tax.py"]));
    expect(graph.get("src/shop/report/print.py")).toEqual(new Set(["src/shop/money.py"]));
    expect(graph.get("tests/test_sums.py")).toEqual(new Set(["tests/helpers.py"]));
    expect(graph.get("web/test/lru.test.js")).toEqual(new Set(["web/src/lru.js"]));
    expect(distancesTo(graph, ["src/shop/money.py"], 3).get("tests/test_cart.py")).toBe(2);
    expect(distancesTo(graph, ["src/shop/money.py"], 1).has("tests/test_cart.py")).toBe(false);
  });

  it("ends where imports go round", () => {
    const files = ["a.py", "b.py"];
    const round = new Map(files.map((path, i) => [path, [`import ${"ba"[i]}`]]));
    expect(distancesTo(importGraph({ files, imports: round }), ["a.py"], 9).get("b.py")).toBe(1);
  });
});

describe("selectTests", () => {
  it("takes what the runner would find, and no helper or configuration", () => {
    expect(testFiles(tree.files, "pytest")).toEqual([
      "src/shop/report/tests/test_layout.py",
      "tests/test_cart.py",
      "tests/test_duties.py",
      "tests/test_print.py",
      "tests/test_sums.py",
    ]);
    expect(testFiles(tree.files, "node-test")).toEqual(["web/test/lru.test.js", "web/test/other.test.mjs"]);
    expect(selectTests("all", "pytest", tree, [])).toMatchObject({ considered: 5, note: "" });
  });

  it("ties tests to edits by imports, by name and by folder, and says which", () => {
    expect(related(["src/shop/money.py"])).toEqual({
      "tests/test_cart.py": "imports it in 2 steps",
      "tests/test_sums.py": "imports it in 2 steps",
    });
    expect(related(["src/shop/report/print.py"])).toEqual({
      "src/shop/report/tests/test_layout.py": "in the folder of tests of src/shop/report/print.py",
      "tests/test_print.py": "named after src/shop/report/print.py",
    });
    expect(related(["web/src/clock.js"], "node-test")).toEqual({ "web/test/lru.test.js": "imports it in 2 steps" });
  });

  it("is the same for any order of edits and paths", () => {
    const edited = ["src/shop/tax.py", "src/shop/report/print.py", "src/shop/cart.py"];
    const mixed = { files: [...tree.files].reverse(), imports: new Map([...tree.imports].reverse()) };
    expect(selectTests("related", "pytest", mixed, [...edited].reverse())).toEqual(
      selectTests("related", "pytest", tree, edited),
    );
  });

  it("takes the nearest by path where nothing is tied, and never more than its cap", () => {
    const found = selectTests("related", "pytest", tree, ["setup.cfg"]);
    expect(found.files).toHaveLength(5);
    expect(found.note).toMatch(/^no test file is tied/);
    const files = ["a.py", ...Array.from({ length: 80 }, (_, i) => `tests/test_${i}.py`)];
    const imports = new Map(files.slice(1).map((path) => [path, ["import a"]]));
    const many = selectTests("related", "pytest", { files, imports }, ["a.py"]);
    expect(many.files).toHaveLength(RELATED_CAP);
    expect(many.note).toBe(`the nearest ${RELATED_CAP} of 80 related files`);
  });

  it("knows the files of patches, before and after a move", () => {
    const moved = "diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n";
    const added = "diff --git a/c.py b/c.py\nnew file mode 100644\n--- /dev/null\n+++ b/c.py\n@@ -0,0 +1 @@\n+x\n";
    expect(editedFiles([added, moved, added, "no diff"])).toEqual(["a.py", "b.py", "c.py"]);
  });
});

describe("filesOf", () => {
  const suite = { runner: "pytest", command: null, files: ["tests/test_a.py", "tests/test_ab.py", "tests/q/tests.py"] };
  const of = (...ids: string[]) => filesOf({ ...suite, timeoutSeconds: 1 }, ids);

  it("finds the file of a test by path and by module, and no other", () => {
    expect(of("tests.test_a.TestX::test_y")).toEqual(["tests/test_a.py"]);
    expect(of("test_y (tests.test_ab.TestX)", "tests/test_a.py::test_y")).toEqual([
      "tests/test_a.py",
      "tests/test_ab.py",
    ]);
    expect(of("test_y (q.tests.TestX)")).toEqual(["tests/q/tests.py"]);
  });

  it("gives none where an id tells nothing, or where it would be all", () => {
    expect(of("tests.test_a::x", "a docstring that is an id")).toBeNull();
    expect(of("tests.test_a::x", "tests.test_ab::x", "tests.q.tests::x")).toBeNull();
    expect(filesOf({ ...suite, command: "make test", timeoutSeconds: 1 }, ["tests.test_a::x"])).toBeNull();
  });
});
