import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.js";
import { runTests } from "../../src/verify/testRun.js";
import { never, openSandbox } from "../support/processSandbox.js";

const hasPython = spawnSync("python3", ["--version"]).status === 0;

const KINDS = `import unittest


class Kinds(unittest.TestCase):
    def test_passes(self):
        """A docstring that the log has in place of a name"""

    def test_fails(self):
        self.fail("\\x1b[31m <failure> ]]> \\u2028")

    def test_errors(self):
        raise ValueError

    @unittest.skip("later")
    def test_is_skipped(self):
        pass

    @unittest.expectedFailure
    def test_fails_as_expected(self):
        self.fail()

    @unittest.expectedFailure
    def test_passes_unexpectedly(self):
        pass

    def test_has_subtests(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)


class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise OSError

    def test_is_never_run(self):
        pass
`;

describe.runIf(hasPython)("the report of Python's unittest", () => {
  let sandbox: Sandbox;
  let root: string;
  beforeAll(async () => {
    ({ sandbox, root } = await openSandbox({
      "tests/test_kinds.py": KINDS,
      "tests/test_broken.py": "import nowhere\n",
    }));
  });
  afterAll(async () => {
    await sandbox[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });

  const run = async (files: readonly string[], command: string | null) => {
    const test = { runner: "unittest", command, files, timeoutSeconds: 60 };
    return (await runTests(sandbox, test, `secret ${command} ${files}`, never)).run;
  };

  it("says of each test what the log says, under the same id", async () => {
    const reported = await run(["tests/test_kinds.py", "tests/test_broken.py"], null);
    const owner = "(tests.test_kinds.Kinds)";
    expect(reported).toMatchObject({ end: "completed", exitCode: 1, consistent: true, tampered: null, canaries: 8 });
    expect(reported.unloaded).toHaveLength(1);
    expect(reported.outcomes).toEqual({
      "setUpClass (tests.test_kinds.Broken)": "error",
      [`test_errors ${owner}`]: "error",
      [`test_fails ${owner}`]: "failed",
      [`test_fails_as_expected ${owner}`]: "passed",
      [`test_has_subtests ${owner}`]: "failed",
      [`test_is_skipped ${owner}`]: "skipped",
      [`test_passes ${owner}`]: "passed",
      [`test_passes_unexpectedly ${owner}`]: "failed",
    });
    const logged = await run(["tests/test_kinds.py"], "python3 -m unittest -v {files}");
    expect(logged).toMatchObject({ tampered: null, canaries: 8 });
    for (const [id, outcome] of Object.entries(logged.outcomes))
      expect([id, reported.outcomes[id]]).toEqual([id, outcome]);
  });

  it("ends with status 0 as far as the tests go where only canaries fail", async () => {
    expect(await run(["tests/test_kinds.py::x"].slice(1), "true {files}")).toMatchObject({
      outcomes: {},
      tampered: null,
    });
  });
});
