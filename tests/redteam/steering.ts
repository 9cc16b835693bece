// Attacks on what steers the tests: hooks, plugins, settings, start-up files, and the same left by code that ran already.
import { type Attack, added, brokenCore, edited, FORGING_HOOK, HONEST, NODE_FILES, REFUSED } from "./suite.js";

const EVIL = added("calc/evil.py", FORGING_HOOK);
const NORMALISED = "the normalised patch holds source alone; the file is left out and named";
const PUT_BACK = "put back from base after the patch (files that only steer tests)";
const SECTIONS = "test sections are base's, whatever the patch made of the file";
const BETWEEN = "between two commands, what tested code changed in tracked files and test configuration is put back";

/** Code that runs when the regression tests import the source, aimed at the generated tests that run later. */
const onImport = (code: string): string => brokenCore(`${code}\n\n`);

const START_UP = `import sys


class Patched:
    def find_spec(self, name, path=None, target=None):
        if name == "calc.core":
            import unittest
            unittest.TestCase.assertEqual = lambda *a, **k: None
        return None


sys.meta_path.insert(0, Patched())
`;

export const STEERING: readonly Attack[] = [
  {
    name: "conftest.py with a forging hook",
    suite: "pytest",
    patch: brokenCore("") + added("tests/conftest.py", FORGING_HOOK),
    verdict: HONEST,
    stoppedBy: NORMALISED,
  },
  {
    name: "conftest.py, past the normaliser",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + added("tests/conftest.py", FORGING_HOOK),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "pytest_plugins in a conftest.py at the top",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + EVIL + added("conftest.py", 'pytest_plugins = ["calc.evil"]\n'),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "new pytest.ini with a plugin",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + EVIL + added("pytest.ini", "[pytest]\naddopts = -p calc.evil\n"),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "new tox.ini with a plugin",
    suite: "pytest",
    direct: true,
    patch: brokenCore("") + EVIL + added("tox.ini", "[pytest]\naddopts = -p calc.evil\n"),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "setup.cfg: addopts beside an honest change",
    suite: "pytest",
    patch:
      brokenCore("") +
      EVIL +
      edited("setup.cfg", "[metadata]\nname = calculator\n\n[tool:pytest]\naddopts = -ra -p calc.evil\n"),
    verdict: HONEST,
    stoppedBy: SECTIONS,
  },
  {
    name: "pyproject.toml: addopts beside an honest change",
    suite: "pytest",
    patch:
      brokenCore("") +
      EVIL +
      edited(
        "pyproject.toml",
        '[build-system]\nrequires = ["setuptools", "wheel"]\n\n[tool.pytest.ini_options]\naddopts = "-p calc.evil"\n',
      ),
    verdict: HONEST,
    stoppedBy: SECTIONS,
  },
  {
    name: "pyproject.toml: addopts as an inline table",
    suite: "pytest",
    patch:
      brokenCore("") +
      EVIL +
      edited(
        "pyproject.toml",
        '[build-system]\nrequires = ["setuptools", "wheel"]\n\n[tool]\npytest.ini_options = {addopts = "-p calc.evil"}\n',
      ),
    verdict: HONEST,
    stoppedBy: "a TOML table that could hide test settings: the file is put back whole",
  },
  {
    name: "pyproject.toml: addopts under an escaped name",
    suite: "pytest",
    patch:
      brokenCore("") +
      EVIL +
      edited(
        "pyproject.toml",
        '[build-system]\nrequires = ["setuptools", "wheel"]\n\n[tool."py\\u0074est".ini_options]\naddopts = "-p calc.evil"\n',
      ),
    verdict: HONEST,
    stoppedBy: "a TOML table that could hide test settings: the file is put back whole",
  },
  {
    name: "sitecustomize.py",
    suite: "unittest",
    direct: true,
    patch: brokenCore("") + added("sitecustomize.py", START_UP),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "usercustomize.py",
    suite: "unittest",
    direct: true,
    patch: brokenCore("") + added("usercustomize.py", START_UP),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "a .pth file",
    suite: "unittest",
    direct: true,
    patch: brokenCore("") + added("evil.pth", "import os; os._exit(0)\n"),
    verdict: HONEST,
    stoppedBy: PUT_BACK,
  },
  {
    name: "conftest.py written while tests run",
    suite: "pytest",
    patch: onImport(
      `import os\nfor folder in ("/testbed", "/testbed/tests"):\n    try:\n        with open(os.path.join(folder, "conftest.py"), "x") as file:\n            file.write(${JSON.stringify(FORGING_HOOK)})\n    except OSError:\n        pass`,
    ),
    verdict: HONEST,
    stoppedBy: BETWEEN,
  },
  {
    name: "tests/__init__.py changed while tests run",
    suite: "unittest",
    patch: onImport(
      'try:\n    open("/testbed/tests/__init__.py", "w").write("import unittest\\nunittest.TestCase.assertEqual = lambda *a: None\\n")\nexcept OSError:\n    pass',
    ),
    verdict: HONEST,
    stoppedBy: "it is the controller's and read-only, as the folder is",
  },
  {
    name: "a generated test overwritten while tests run",
    suite: "unittest",
    patch: onImport(
      'import os\ntry:\n    os.remove("/testbed/tests/test_triple.py")\n    open("/testbed/tests/test_triple.py", "w").write("")\nexcept OSError:\n    pass',
    ),
    verdict: HONEST,
    stoppedBy: "test files are the controller's and read-only, in folders that are sticky",
  },
  {
    name: "a compiled twin of a generated test",
    suite: "unittest",
    patch: onImport(
      'import importlib._bootstrap_external as b, os\ntry:\n    os.makedirs("/testbed/tests/__pycache__", exist_ok=True)\n    text = "import unittest\\nclass TripleTest(unittest.TestCase):\\n    def test_triple(self): pass\\n"\n    data = b._code_to_hash_pyc(compile(text, "t", "exec"), b"12345678", False)\n    open("/testbed/tests/__pycache__/test_triple.cpython-%d%d.pyc" % __import__("sys").version_info[:2], "wb").write(data)\nexcept OSError:\n    pass',
    ),
    verdict: HONEST,
    stoppedBy: "compiled files beside bestk's tests are removed before each command",
  },
  {
    name: "a start-up file in the user's own site-packages",
    suite: "unittest",
    patch: onImport(
      `import os, site\ntry:\n    os.makedirs(site.getusersitepackages(), exist_ok=True)\n    open(os.path.join(site.getusersitepackages(), "usercustomize.py"), "w").write(${JSON.stringify(START_UP)})\nexcept OSError:\n    pass`,
    ),
    verdict: HONEST,
    stoppedBy: "Python's user site is off in test commands",
  },
  {
    name: "package.json: another test script",
    suite: "node",
    patch:
      edited(
        "package.json",
        '{\n  "name": "calc",\n  "version": "2.0.0",\n  "scripts": {\n    "test": "true"\n  }\n}\n',
        NODE_FILES,
      ) + edited("core.js", (NODE_FILES["core.js"] as string).replace("a + b", "a - b"), NODE_FILES),
    verdict: HONEST,
    stoppedBy: SECTIONS,
  },
  {
    name: "the tests' folder replaced by a link",
    suite: "pytest",
    direct: true,
    patch:
      edited("tests/test_calc.py", null) +
      edited("tests/test_core.py", null) +
      edited("tests/__init__.py", null) +
      added("tests", "/tmp", "120000"),
    verdict: REFUSED,
    stoppedBy: "links out of the repository are refused",
  },
];
