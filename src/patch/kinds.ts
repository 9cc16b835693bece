// Which names say what a file is, as data: conventions of the languages and tools, not of single repositories.

/** Folders that hold what a build, an install or a tool wrote, at any depth. */
export const GENERATED_FOLDERS = new Set(
  (
    "__pycache__ .pytest_cache .mypy_cache .ruff_cache .hypothesis .tox .nox .eggs .ipynb_checkpoints site-packages " +
    "node_modules bower_components .venv .virtualenv htmlcov .nyc_output .gradle .next .nuxt .parcel-cache .turbo " +
    ".idea .vscode .vs .cursor .claude .openhands .aider .swe-agent .trae"
  ).split(" "),
);

/** Top-level folders that are build output if the patch adds the file. */
export const OUTPUT_FOLDERS = new Set(
  "build dist out output target coverage venv env static_root staticfiles logs tmp temp".split(" "),
);

/** Names of files that a tool wrote, whether they were there before or not. */
export const GENERATED_NAME =
  /(?:\.(?:py[co]|pyd|class|o|obj|so|dylib|dll|exe|egg|whl|swp|swo|tsbuildinfo|rej)|~|\.egg-info|\.dist-info|^\.DS_Store|^Thumbs\.db|^\.coverage(?:\..+)?|^\.aider.*|^nohup\.out|^lcov\.info)$/;

/** The same, but only where the patch adds the file: such names can be a repository's own data. */
export const GENERATED_NEW_NAME =
  /(?:\.(?:log|orig|bak\d*|backup|old|tmp|temp|pid|patch|diff|sqlite3?|db|pickle|pkl|prof|out|gcda|gcno)|[._-](?:backup|bak|orig|old)\.\w+|^coverage\.(?:xml|json)|^(?:classes|packages)\w*\.(?:dot|puml)|^junit.*\.xml)$/i;

/** Lock file → the manifest it is made from, in the same folder. */
export const LOCK_FILES: ReadonlyMap<string, string> = new Map([
  ["package-lock.json", "package.json"],
  ["npm-shrinkwrap.json", "package.json"],
  ["yarn.lock", "package.json"],
  ["pnpm-lock.yaml", "package.json"],
  ["bun.lockb", "package.json"],
  ["poetry.lock", "pyproject.toml"],
  ["uv.lock", "pyproject.toml"],
  ["pdm.lock", "pyproject.toml"],
  ["Pipfile.lock", "Pipfile"],
  ["Cargo.lock", "Cargo.toml"],
  ["composer.lock", "composer.json"],
  ["Gemfile.lock", "Gemfile"],
  ["go.sum", "go.mod"],
]);

/** Files that steer how tests are found and run, in any folder. */
export const TEST_CONFIGURATION_NAME =
  /^(?:conftest\.py|\.?pytest\.(?:ini|toml)|tox\.ini|noxfile\.py|(?:site|user)customize\.py|.+\.pth|\.coveragerc|\.?(?:jest|vitest|karma|wdio|ava|cypress|playwright|protractor)(?:\.\w+)?\.(?:conf|config|setup|workspace)\.\w+|jest\.(?:config|setup)\w*\.\w+|setupTests\.\w+|karma\.conf.*|vitest\.workspace\.\w+|cypress\.json|\.?mocharc(?:\.\w+)?|mocha\.opts|\.nycrc(?:\.\w+)?|\.c8rc(?:\.\w+)?|phpunit\.xml(?:\.dist)?|phpunit\.dist\.xml|\.rspec|testng\.xml|junit-platform\.properties)$/;

/** Sections of ini and TOML files that steer tests alone. */
export const TEST_SECTION =
  /^(?:tool:pytest|pytest|tool\.pytest(?:\..+)?|coverage(?::.+)?|tool\.coverage(?:\..+)?|tox(?::.+)?|testenv(?::.+)?|tool\.tox(?:\..+)?|tool\.nox(?:\..+)?|aliases|tool\.hatch\.envs\.(?:test|hatch-test)(?:\..+)?)$/;

/** Folders whose every file belongs to tests, at any depth, in languages other than Python as in Python. */
export const TEST_FOLDERS = new Set(
  "tests __tests__ __fixtures__ __mocks__ __snapshots__ testdata test-data test_data e2e".split(" "),
);

/** Folders that belong to tests at the top level only, or outside Python: `django/test`, `numpy/testing` are libraries. */
export const TEST_TOP_FOLDERS = new Set(
  "test testing spec specs cypress playwright integration-tests integration_tests tests_integration unittests t".split(
    " ",
  ),
);

/** Names of test files in the languages' own conventions. */
export const TEST_NAME =
  /^(?:test_.*\.(?:py|pyi|pyx|rb|rs|c|cc|cpp|h|jl|R)|.*[^/]_(?:test|tests)\.(?:py|go|rs|c|cc|cpp|cxx|rb|exs|dart|jl|lua|php)|unittest_.*\.py|.*_spec\.(?:rb|lua|js|ts)|.*[.-](?:test|spec|cy|e2e)\.(?:[cm]?[jt]sx?|vue|dart|svelte)|.*Test\.php|.*\.phpt|(?:.*Tests?|.*TestCase|.*IT|.*Spec)\.(?:java|kt|scala|groovy)|.*Tests?\.(?:cs|fs|vb|swift|m|mm)|.*\.snap)$/;

/** Python modules of that shape that are more often a library for tests, if they were there before. */
export const TEST_LIBRARY_NAME = /^test_(?:utils?|helpers?|case|cases|runner|client|base|support|tools)\.pyi?$/;

/** Folders of tests by the layout of a language's build tools, and data of tests below a singular `test`. */
export const TEST_SOURCES =
  /(?:^|\/)(?:src\/(?:test|androidTest|integrationTest|testFixtures|it)|test\/(?:functional|unit|input|messages|regrtest_data|data))\//;

/** Folders of what ships, where a name such as `LoadTest.java` or a package `test` says nothing. */
export const MAIN_SOURCES = /(?:^|\/)src\/main\//;

/** Extensions of files that can be run as a script or be part of one. */
export const SCRIPT_NAME = /\.(?:py|ipynb|sh|bash|[cm]?[jt]sx?|rb|php|pl|go|java|rs|c|cc|cpp|html?)$/;

/** Extensions of files that count only where another one imports or starts them. */
export const IMPORTED_NAME = /\.(?:py|ipynb|sh|bash|[cm]?[jt]sx?|html?)$/;

/** Words that name a script made to look at a bug, anywhere in the tree. */
export const REPRODUCTION_NAME =
  /^(?:(?:bug|issue|simple|minimal|mod|test|my|final)[_-])*(?:repro(?:duc(?:e|er|es|ing|tion)\w*)?\d*|replicate\w*|mwe)(?:[_-].*)?\.\w+$|.*_(?:repro|reproduc\w+)\.\w+$/i;

export const REPRODUCTION_TOP_NAME =
  /^(?:(?:repro|reproduc|replicat|debug|verif|check|valid|investigat|analy[sz]|inspect|simulat|demo|explor|scratch|temp|tmp|trace|try|quick|manual|mock|bug|issue|poc|sample|simple|minimal|final|comprehensive|complex|direct|edge_case|evaluation|run_?\w*tests?|fix|patch|modify|update|edit|before|after)[a-z]*(?:[_\d-].*)?|tests?|.*[_-](?:tests?|repro\w*|demo|debug|check|bug|fix|issue|verif\w*)|[a-z]\d?|tests?[_-].*|(?:django_)?settings|manage|models|urls|admin)\.\w+$/i;

/** New top-level files of any kind that are named after a trial. */
export const TRIAL_TOP_NAME = /^(?:tests?|repro\w*|debug)(?:[_.-].*)?$/i;

/** Top-level folders an agent makes to try a bug in. */
export const REPRODUCTION_FOLDER =
  /^(?:\.?(?:repro|reproduc|replicat|bug|issue|debug|scratch|tmp|temp|sandbox|demo|playground)[\w-]*|(?:test|my|sample|dummy|final|example|django)[_-]?\w*(?:app|proj|project|site|module|pkg|package|issue|example|case)[\w-]*|testbed|testproj)$/i;

/** Notes that an agent leaves at the top level. */
export const NOTE_NAME =
  /(?:summary|findings|analysis|investigation|solution|changes|implementation|instructions|report|notes|plan|description|reproduction|verification|explanation|walkthrough|output|_out|edge_cases|fix)[\w-]*\.(?:md|txt|rst|json)$/i;

/** Documents of that shape that repositories do keep. */
export const KEPT_DOCUMENT = /^(?:changes|changelog|history|news|release[\w-]*notes|requirements)[\w.-]*$/i;

/** Top-level folders that repositories do keep loose Python files in. */
export const KEPT_FOLDERS = new Set(
  "src lib libs source docs doc examples example scripts script tools tool utils bin benchmarks asv_bench packages ci .github .ci changelog".split(
    " ",
  ),
);

/** Extensions of files that hold no text. */
export const BINARY_NAME =
  /\.(?:png|jpe?g|gif|bmp|ico|webp|tiff?|pdf|zip|gz|bz2|xz|tar|7z|jar|war|mo|npy|npz|parquet|fits|h5|hdf5|ttf|otf|woff2?|eot|mp[34]|wav|ogg|avi|mov|sqlite3?)$/i;
