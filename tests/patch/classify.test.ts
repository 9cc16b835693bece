// What is source and what is not, by convention of many languages; libraries that are named test stay source.
import { describe, expect, test } from "vitest";
import { classifyFiles } from "../../src/patch/classify.js";
import { parsePatch } from "../../src/patch/parse.js";

const modified = (path: string, body = "-a\n+b\n") =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1,${olds(body)} +1,${news(body)} @@\n${body}`;
const added = (path: string, body = "+b\n") =>
  `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${news(body)} @@\n${body}`;
const olds = (body: string) => body.split("\n").filter((line) => /^[- ]/.test(line)).length;
const news = (body: string) => body.split("\n").filter((line) => /^[+ ]/.test(line)).length;
const kindsOf = (text: string) =>
  Object.fromEntries(classifyFiles(parsePatch(text).files).map(({ path, kind }) => [path, kind]));
const FIX = modified("pkg/core.py");

describe("files that were there before", () => {
  test.each([
    ["source", "django/test/testcases.py"],
    ["source", "numpy/testing/_private/utils.py"],
    ["source", "src/_pytest/unittest.py"],
    ["source", "src/_pytest/config/__init__.py"],
    ["source", "sympy/testing/runtests.py"],
    ["source", "sympy/utilities/randtest.py"],
    ["source", "sphinx/testing/util.py"],
    ["source", "lib/pkg/testing/decorators.py"],
    ["source", "astropy/tests/helper.py"],
    ["source", "jinja2/tests.py"],
    ["source", "keras/utils/test_utils.py"],
    ["source", "django/core/management/commands/test.py"],
    ["source", "src/main/java/org/springframework/test/context/TestContext.java"],
    ["source", "src/main/java/org/speed/LoadTest.java"],
    ["source", "src/contest/latest.ts"],
    ["source", "spec.md"],
    ["source", "docs/testing/index.rst"],
    ["source", "setup.cfg"],
    ["source", "pyproject.toml"],
    ["source", "build/webpack.config.js"],
    ["source", "dist/index.js"],
    ["source", "CHANGELOG.md"],
    ["source", "reproduce.py"],
    ["test", "tests/admin_views/models.py"],
    ["test", "tests/runtests.py"],
    ["test", "tests/data/x.json"],
    ["test", "testing/python/fixtures.py"],
    ["test", "sympy/core/tests/test_basic.py"],
    ["test", "sklearn/utils/tests/__init__.py"],
    ["test", "test_requests.py"],
    ["test", "pkg/util_test.py"],
    ["test", "pylint/test/unittest_lint.py"],
    ["test", "pkg/server_test.go"],
    ["test", "crate/tests/it.rs"],
    ["test", "src/Button.test.tsx"],
    ["test", "src/__tests__/x.js"],
    ["test", "packages/p/test/fixtures/out.js"],
    ["test", "src/app/x.spec.ts"],
    ["test", "src/test/java/org/x/Helper.java"],
    ["test", "module/src/androidTest/kotlin/Util.kt"],
    ["test", "core/FooTest.java"],
    ["test", "spec/models/user_spec.rb"],
    ["test", "tests/Unit/UserTest.php"],
    ["test", "src/UserTest.php"],
    ["test", "lib/x_test.cc"],
    ["test", "src/__snapshots__/a.snap"],
    ["test-configuration", "conftest.py"],
    ["test-configuration", "tests/conftest.py"],
    ["test-configuration", "pytest.ini"],
    ["test-configuration", "tox.ini"],
    ["test-configuration", "sub/noxfile.py"],
    ["test-configuration", "sitecustomize.py"],
    ["test-configuration", "lib/usercustomize.py"],
    ["test-configuration", "x.pth"],
    ["test-configuration", "jest.config.js"],
    ["test-configuration", "packages/a/vitest.config.mts"],
    ["test-configuration", ".mocharc.json"],
    ["test-configuration", "karma.conf.ci.js"],
    ["test-configuration", "phpunit.xml.dist"],
    ["generated", "pkg/__pycache__/core.cpython-39.pyc"],
    ["generated", "pkg.egg-info/SOURCES.txt"],
    ["generated", "node_modules/x/index.js"],
    ["generated", "package-lock.json"],
    ["generated", "sub/Cargo.lock"],
  ])("%s: %s", (kind, path) => {
    expect(kindsOf(modified(path))).toEqual({ [path]: kind });
  });
});

describe("files that the patch adds, beside a fix", () => {
  test.each([
    ["source", "pkg/helpers.py"],
    ["source", "pkg/verify_signature.py"],
    ["source", "pkg/management/commands/check_links.py"],
    ["source", "validate.go"],
    ["source", "CheckValue.java"],
    ["source", "docs/releases/4.2.txt"],
    ["source", "changelog/1234.bugfix.rst"],
    ["source", "RELEASE_NOTES.md"],
    ["source", "setup.py"],
    ["reproduction", "reproduce.py"],
    ["reproduction", "reproduce_issue.js"],
    ["reproduction", "repro.go"],
    ["reproduction", "pkg/repro_bug.py"],
    ["reproduction", "test_fix.py"],
    ["reproduction", "debug_it.py"],
    ["reproduction", "verify_fix.py"],
    ["reproduction", "check_output.sh"],
    ["reproduction", "my_own_words.py"],
    ["reproduction", "test_project/manage.py"],
    ["reproduction", "reproapp/models.py"],
    ["reproduction", "likes/__init__.py"],
    ["test", "tests/test_new.py"],
    ["test", "pkg/test_inside.py"],
    ["test", "tests/reproduce_1234.py"],
    ["test-configuration", "pkg/conftest.py"],
    ["generated", "build/lib/pkg/core.py"],
    ["generated", "pkg/core.py.bak3"],
    ["generated", "pkg/core.py.orig"],
    ["generated", "pkg/core_backup.py"],
    ["generated", "run.log"],
    ["generated", "my.patch"],
    ["generated", "IMPLEMENTATION_SUMMARY.md"],
    ["generated", ".vscode/settings.json"],
    ["binary", "plot.png"],
  ])("%s: %s", (kind, path) => {
    expect(kindsOf(FIX + added(path))).toEqual({ "pkg/core.py": "source", [path]: kind });
  });

  test("a new file that source imports is source, and what it imports too", () => {
    const text =
      modified("pkg/core.py", "-a\n+from .test_support import x\n+from debug_tools import (\n+    trace,\n+)\n") +
      added("pkg/test_support.py", "+import check_values as c\n") +
      added("debug_tools.py") +
      added("check_values.py") +
      added("check_other.py");
    expect(kindsOf(text)).toEqual({
      "pkg/core.py": "source",
      "pkg/test_support.py": "source",
      "debug_tools.py": "source",
      "check_values.py": "source",
      "check_other.py": "reproduction",
    });
  });

  test("JavaScript's imports count, those of tests don't", () => {
    const text =
      modified("src/a.ts", '-a\n+import { x } from "../debug-shapes.js";\n+const y = require("./test_util");\n') +
      modified("src/a.test.ts", '-a\n+import { z } from "../verify-all";\n') +
      added("debug-shapes.ts") +
      added("verify-all.ts");
    expect(kindsOf(text)).toMatchObject({ "debug-shapes.ts": "source", "verify-all.ts": "reproduction" });
  });

  test("an import never makes test configuration source", () => {
    const text = modified("pkg/core.py", "-a\n+import sitecustomize\n+import conftest\n");
    expect(kindsOf(text + added("sitecustomize.py") + added("conftest.py"))).toEqual({
      "pkg/core.py": "source",
      "sitecustomize.py": "test-configuration",
      "conftest.py": "test-configuration",
    });
  });
});

describe("files that are judged by what changes in them", () => {
  test.each([
    ["test-configuration", "setup.cfg", " [tool:pytest]\n-addopts = -q\n+addopts = -p no:x\n"],
    ["test-configuration", "pyproject.toml", " [tool.pytest.ini_options]\n+# why\n+xfail_strict = true\n"],
    ["source", "setup.cfg", " [options]\n-a = 1\n+a = 2\n [tool:pytest]\n+addopts = -q\n"],
    ["source", "setup.cfg", "-a = 1\n+a = 2\n"],
    ["source", "pyproject.toml", " [build-system]\n-requires = ['a']\n+requires = ['b']\n"],
    ["test-configuration", "package.json", '-    "test": "jest",\n+    "test": "true",\n'],
    ["source", "package.json", '-    "test": "jest",\n+    "test": "true",\n+    "main": "x.js",\n'],
    ["test", "app/tests.py", " class A(TestCase):\n+    def test_b(self):\n+        pass\n"],
    ["test", "xarray/tests/helpers.py", "+class TestThing:\n+    pass\n"],
  ])("%s: %s", (kind, path, body) => {
    expect(kindsOf(modified(path, body))).toEqual({ [path]: kind });
  });

  test("a lock file is kept beside its manifest", () => {
    expect(kindsOf(modified("a/package.json") + modified("a/yarn.lock") + modified("yarn.lock"))).toEqual({
      "a/package.json": "source",
      "a/yarn.lock": "source",
      "yarn.lock": "generated",
    });
  });

  test("renames: taking source away is a change of source, moving a test is not", () => {
    const rename = (from: string, to: string) => `diff --git a/${from} b/${to}\nrename from ${from}\nrename to ${to}\n`;
    expect(kindsOf(rename("pkg/a.py", "tests/a.py") + rename("tests/test_b.py", "tests/test_c.py"))).toEqual({
      "tests/a.py": "source",
      "tests/test_c.py": "test",
    });
  });

  test("a nested repository is generated, a binary change is binary", () => {
    const nested =
      "diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit 1\n";
    expect(kindsOf(`${nested}diff --git a/x.ico b/x.ico\nBinary files a/x.ico and b/x.ico differ\n`)).toEqual({
      sub: "generated",
      "x.ico": "binary",
    });
  });
});
