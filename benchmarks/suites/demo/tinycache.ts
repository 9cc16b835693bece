// An update that evicts: half of a fix passes most tests, and one fix that drops the limit breaks the old ones.
import { type Change, create, edit, type InstanceSpec, remove, run, view } from "../author.js";

const LRU = "src/lru.js";
const SET = `    if (this.#entries.size >= this.#limit) this.#evictOldest();
    this.#entries.set(key, value);
    return this;`;

const rightDelete: Change = [
  LRU,
  SET,
  `    if (!this.#entries.delete(key) && this.#entries.size >= this.#limit) this.#evictOldest();
    this.#entries.set(key, value);
    return this;`,
];
const rightBranch: Change = [
  LRU,
  SET,
  `    if (this.#entries.has(key)) {
      // An update replaces its own entry: nothing has to go, and it counts as a use.
      this.#entries.delete(key);
    } else if (this.#entries.size >= this.#limit) {
      this.#evictOldest();
    }
    this.#entries.set(key, value);
    return this;`,
];
const half: Change = [
  LRU,
  "    if (this.#entries.size >= this.#limit) this.#evictOldest();\n",
  "    if (!this.#entries.has(key) && this.#entries.size >= this.#limit) this.#evictOldest();\n",
];
const noLimit: Change = [
  LRU,
  SET,
  `    this.#entries.delete(key);
    while (this.#entries.size > this.#limit) this.#evictOldest();
    this.#entries.set(key, value);
    return this;`,
];
const tellsReplaced: Change = [
  LRU,
  "    if (this.#entries.size >= this.#limit) this.#evictOldest();\n",
  `    if (this.#entries.has(key)) {
      this.#onEvict(key, this.#entries.get(key));
    } else if (this.#entries.size >= this.#limit) {
      this.#evictOldest();
    }
`,
];

const REPRO = `import { LruCache } from "./src/index.js";

const cache = new LruCache(2, { onEvict: (key) => console.log("evicted", key) });
cache.set("a", 1).set("b", 2);
cache.set("b", 20);
console.log("after update of b:", cache.keys());
cache.set("a", 10);
console.log("after update of a:", cache.keys());
`;
const TESTS = "node --test test/ | tail -9";

export const tinycache: InstanceSpec = {
  id: "tinycache__lru-14",
  repo: "tinycache/tinycache",
  issue: `Updating a key throws away another entry when the cache is full

We keep per-user settings in an \`LruCache(2)\` and refresh them in place. With 1.3.0 a refresh drops some other user:

\`\`\`js
const cache = new LruCache(2);
cache.set("a", 1).set("b", 2);
cache.set("b", 20);
cache.keys(); // ["b"], expected ["a", "b"]
\`\`\`

\`onEvict\` fires for "a" as well, so our write-back runs for nothing. I would expect an update to leave the other entries alone. It should also count as a use, like \`get()\` does: after \`set("a", …)\` on a known key, "a" is the most recently used entry.`,
  runner: "node-test",
  tests: ["test/lru.test.js", "test/ttl.test.js"],
  timeoutSeconds: 10,
  generated: [
    { id: "keeps-others", path: "test/generated/keepsOthers.test.js", nature: "blunt" },
    { id: "counts-as-use", path: "test/generated/countsAsUse.test.js", nature: "telling" },
    { id: "no-eviction", path: "test/generated/noEviction.test.js", nature: "telling" },
    { id: "replaced-value", path: "test/generated/replacedValue.test.js", nature: "toxic" },
  ],
  generatedTimeoutSeconds: 5,
  gold: [edit("", rightBranch)],
  goldTests: [
    edit("", [
      "test/lru.test.js",
      'test("delete and clear do not call onEvict"',
      `test("an update keeps the other entries and counts as a use", () => {
  const dropped = [];
  const cache = new LruCache(2, { onEvict: (key) => dropped.push(key) });
  cache.set("a", 1).set("b", 2).set("a", 10);
  assert.deepEqual(cache.keys(), ["b", "a"]);
  assert.deepEqual(dropped, []);
});

test("delete and clear do not call onEvict"`,
    ]),
  ],
  failToPass: ["an update keeps the other entries and counts as a use"],
  passToPass: [
    "the least recently used entry is dropped at the limit",
    "get counts as a use",
    "the cache never holds more than its limit",
    "onEvict hears of each dropped entry",
    "delete and clear do not call onEvict",
  ],
  decidedBy: "tests",
  rollouts: [
    {
      slot: "sa1",
      kind: "right",
      resolved: true,
      breaks: [],
      passes: ["keeps-others", "counts-as-use", "no-eviction"],
      acts: [
        run("I'll start with the layout of the repository.", "ls src test && cat package.json"),
        view("The cache itself is in src/lru.js.", LRU),
        create(
          "`set` evicts before it knows whether the key is new. Let me reproduce that before I change anything.",
          "repro.mjs",
          REPRO,
        ),
        run("Run it on the unchanged code.", "node repro.mjs"),
        edit(
          "Confirmed: updating b evicts a. `Map.delete` tells me whether the key was there, and re-inserting moves it to the end, so the update counts as a use too.",
          rightDelete,
        ),
        run("Now the script should keep both keys, and the order should follow the updates.", "node repro.mjs"),
        run("Both symptoms are gone and nothing is evicted. Now the existing tests.", TESTS),
        remove("All pass. I remove the script.", "repro.mjs"),
        run("A last look at the change.", "git diff --stat"),
      ],
      done: "`set` on a known key now replaces its own entry: no other entry is evicted, `onEvict` stays quiet, and the key becomes the most recently used one.",
    },
    {
      slot: "sa2",
      kind: "half: an update does not count as a use",
      resolved: false,
      breaks: [],
      passes: ["keeps-others", "no-eviction"],
      acts: [
        run("Let me find where entries are evicted.", "grep -n 'evict' -i src/*.js"),
        view("I look at `set` and its surroundings.", LRU, [30, 46]),
        edit("The eviction has to be skipped when the key already exists.", half),
        run("Run the tests.", TESTS),
      ],
      done: "An existing key no longer triggers an eviction.",
    },
    {
      slot: "mini1",
      kind: "right, equal to swe-agent/run-1, with a script left behind",
      resolved: true,
      breaks: [],
      passes: ["keeps-others", "counts-as-use", "no-eviction"],
      acts: [
        run("I need to see the code first.", "ls -R src test"),
        view("Read the cache.", LRU, [1, 60]),
        create("A script for the two expectations in the issue.", "reproduce.mjs", REPRO),
        run("Before the change:", "node reproduce.mjs"),
        edit(
          "`delete` returns false for a new key; only then an eviction may be needed. Deleting first also moves the key to the end.",
          rightDelete,
        ),
        run("After the change:", "node reproduce.mjs"),
        run("And the whole test suite.", TESTS),
        run(
          "TtlCache sits on top of it; a refresh there must keep the size as well.",
          `node --input-type=module -e 'import { TtlCache } from "./src/index.js"; const c = new TtlCache(2, { ttl: 10 }); c.set("a", 1).set("b", 2).set("b", 3); console.log(c.size, c.get("a"), c.get("b"))'`,
        ),
      ],
      done: "The update path no longer evicts and counts as a use; the TTL cache behaves too.",
    },
    {
      slot: "mini2",
      kind: "right, another text",
      resolved: true,
      breaks: [],
      passes: ["keeps-others", "counts-as-use", "no-eviction"],
      acts: [
        run("Where is `set`?", "grep -n 'set(' src/lru.js src/ttl.js"),
        view("Read it whole.", LRU),
        edit(
          "Two cases: a known key replaces its entry, a new key may evict. I write both out so that the intent is clear.",
          rightBranch,
        ),
        run(
          "Check the example of the issue.",
          `node --input-type=module -e 'import { LruCache } from "./src/index.js"; const c = new LruCache(2); c.set("a", 1).set("b", 2).set("b", 20); console.log(c.keys()); c.set("a", 1); console.log(c.keys())'`,
        ),
        run("And the tests.", TESTS),
      ],
      done: "Updates keep the other entries and move the key to the most recently used end.",
    },
    {
      slot: "oh",
      kind: "half, equal to swe-agent/run-2",
      resolved: false,
      breaks: [],
      passes: ["keeps-others", "no-eviction"],
      acts: [
        run("I'll explore the repository.", "ls && ls src test"),
        view("Let me read the implementation.", LRU, [28, 50]),
        edit("Only evict if the key is new.", half),
        run(
          "Verify with the example.",
          `node --input-type=module -e 'import { LruCache } from "./src/index.js"; const c = new LruCache(2); c.set("a", 1).set("b", 2).set("b", 20); console.log(c.keys())'`,
        ),
        run("Run the test suite.", TESTS),
      ],
      done: "The example of the issue now prints both keys and all tests pass.",
    },
    {
      slot: "r2e",
      kind: "breaks regression tests: one entry too many",
      resolved: false,
      breaks: [
        "the least recently used entry is dropped at the limit",
        "get counts as a use",
        "peek does not count as a use",
        "the cache never holds more than its limit",
        "onEvict hears of each dropped entry",
      ],
      passes: ["keeps-others", "no-eviction"],
      acts: [
        view("I look at the cache.", LRU, [1, 46]),
        edit("Delete the key first, then make room while there are too many entries, then insert.", noLimit),
        run(
          "Quick check of the example.",
          `node --input-type=module -e 'import { LruCache } from "./src/index.js"; const c = new LruCache(2); c.set("a", 1).set("b", 2).set("b", 20); console.log(c.keys())'`,
        ),
      ],
      done: "Both keys survive the update now.",
    },
    {
      slot: "own",
      kind: "wrong: reports a replaced value as evicted",
      resolved: false,
      breaks: [],
      passes: ["keeps-others", "replaced-value"],
      acts: [
        view("Start with the code.", LRU, [8, 46]),
        run("How is onEvict used in the tests?", "grep -n -A6 'onEvict' test/lru.test.js"),
        edit(
          "A replaced value leaves the cache, so I tell onEvict about it and keep the other entries.",
          tellsReplaced,
        ),
        run("Run the tests.", TESTS),
      ],
      done: "Replacing a value keeps the other entries, and onEvict now also hears of replaced values.",
    },
    {
      slot: "pred",
      kind: "right, equal to swe-agent/run-1, with CRLF line ends",
      resolved: true,
      form: "crlf",
      breaks: [],
      passes: ["keeps-others", "counts-as-use", "no-eviction"],
      acts: [edit("", rightDelete)],
      done: "",
    },
  ],
};
