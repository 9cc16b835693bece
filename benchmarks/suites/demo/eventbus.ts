// Listeners that remove themselves: the fix most reach for copies the list, and so calls what was removed.
import { type Change, create, edit, type InstanceSpec, remove, run, view } from "../author.js";

const EMITTER = "src/emitter.js";
const LOOP = `    for (let i = 0; i < list.length; i++) {
      list[i].fn(...args);
    }`;

const right: Change = [
  EMITTER,
  LOOP,
  `    // A copy, since listeners may remove themselves; what was removed meanwhile is not called.
    for (const entry of [...list]) {
      if (list.includes(entry)) entry.fn(...args);
    }`,
];
const rightFlag: Change = [
  EMITTER,
  LOOP,
  `    for (const entry of list.slice()) {
      if (!entry.removed) entry.fn(...args);
    }`,
];
const rightFlagSet: Change = [
  EMITTER,
  "    const list = this.#listeners.get(name) ?? [];\n    const at = list.indexOf(entry);",
  "    entry.removed = true;\n    const list = this.#listeners.get(name) ?? [];\n    const at = list.indexOf(entry);",
];
const copy: Change = [
  EMITTER,
  LOOP,
  `    for (const { fn } of [...list]) {
      fn(...args);
    }`,
];
const copySlice: Change = [EMITTER, LOOP, `    list.slice().forEach((entry) => entry.fn(...args));`];
const backwards: Change = [
  EMITTER,
  "    for (let i = 0; i < list.length; i++) {",
  "    for (let i = list.length - 1; i >= 0; i--) {",
];
const later: Change = [EMITTER, "      off();\n      fn(...args);", "      fn(...args);\n      off();"];

const laterBack: Change = [EMITTER, later[2], later[1]];

const REMOVED = "a listener removed by an earlier one is not called by the running emit";
const ORDER = "listeners run in order with the arguments of the event";
const RIGHT = ["two-once", "self-removal", "once-then-on"];
const TESTS = "node --test test/ | grep -E '^(not ok|# (pass|fail))'";
const TRY = `node --input-type=module -e 'import { Emitter } from "./src/index.js"; const bus = new Emitter(); bus.once("x", () => console.log("one")); bus.once("x", () => console.log("two")); bus.emit("x")'`;

export const eventbus: InstanceSpec = {
  id: "eventbus__emitter-5",
  repo: "eventbus/eventbus",
  issue: `Second once() listener is skipped

\`\`\`js
bus.once("ready", () => console.log("one"));
bus.once("ready", () => console.log("two"));
bus.emit("ready"); // prints only "one"
\`\`\`

"two" is printed by the next emit, which in our case never comes. The same happens with a plain listener that calls its own \`off\`: whatever was registered right behind it misses that event.`,
  runner: "node-test",
  tests: ["test/emitter.test.js"],
  timeoutSeconds: 10,
  generated: [
    { id: "two-once", path: "test/generated/twoOnce.test.js", nature: "telling" },
    { id: "self-removal", path: "test/generated/selfRemoval.test.js", nature: "telling" },
    { id: "once-then-on", path: "test/generated/onceThenOn.test.js", nature: "telling" },
    { id: "snapshot", path: "test/generated/snapshot.test.js", nature: "toxic" },
  ],
  generatedTimeoutSeconds: 5,
  gold: [edit("", right)],
  goldTests: [
    edit("", [
      "test/emitter.test.js",
      'test("waitFor gives',
      `test("a listener that removes itself does not hide the next one", () => {
  const bus = new Emitter();
  const seen = [];
  bus.once("x", () => seen.push(1));
  bus.once("x", () => seen.push(2));
  bus.on("x", () => seen.push(3));
  bus.emit("x");
  assert.deepEqual(seen, [1, 2, 3]);
});

test("waitFor gives`,
    ]),
  ],
  failToPass: ["a listener that removes itself does not hide the next one"],
  passToPass: [ORDER, REMOVED, "once is called once", "once is called once even if it emits the event again"],
  decidedBy: "tests",
  rollouts: [
    {
      slot: "sa1",
      kind: "breaks a regression test: calls what was removed",
      resolved: false,
      breaks: [REMOVED],
      passes: [...RIGHT, "snapshot"],
      acts: [
        run("Let me see what there is.", "ls && ls lib"),
        run("No lib folder. Look again.", "ls src test"),
        run("Is there a helper for iteration?", "grep -rn 'forEach' src || echo none"),
        view("Read the emitter.", EMITTER, [25, 50]),
        run("Reproduce.", "node repro.js 2>&1 | tail -3"),
        run("I have to write it inline.", TRY),
        edit("Maybe once should call before it removes itself.", later),
        run("Did that help?", TRY),
        edit("It did not, the entry is still taken out during the loop. Undo.", laterBack),
        view("Back at the loop.", EMITTER, [38, 48]),
        edit("The list changes while it is walked. Walk a copy.", copy),
        run("Again.", TRY),
      ],
      done: "Emit walks a copy of the listeners. I did not run the whole test suite, but this should work.",
    },
    {
      slot: "sa2",
      kind: "breaks a regression test: the same with slice",
      resolved: false,
      breaks: [REMOVED],
      passes: [...RIGHT, "snapshot"],
      acts: [
        run("Where does emit live?", "grep -n 'emit' src/*.js"),
        view("There.", EMITTER, [32, 50]),
        edit("Iterate over a snapshot.", copySlice),
        run("The example prints both now?", TRY),
      ],
      done: "Both once listeners are called.",
    },
    {
      slot: "mini1",
      kind: "right",
      resolved: true,
      breaks: [],
      passes: RIGHT,
      acts: [
        run("First the overview.", "cat README.md; ls src test"),
        view("The emitter.", EMITTER),
        run("The example of the issue.", TRY),
        run(
          "The README says a removed listener is never called, not even by a running emit. Is that tested?",
          "grep -n 'removed' test/emitter.test.js",
        ),
        edit("No, so a plain copy would be wrong: I walk a copy and skip entries that have left the list.", right),
        run("The example and all tests.", `${TRY} && ${TESTS}`),
      ],
      done: "Emit walks a copy and skips what was removed meanwhile. Tests pass.",
    },
    {
      slot: "mini2",
      kind: "breaks a regression test, equal to swe-agent/run-1",
      resolved: false,
      breaks: [REMOVED],
      passes: [...RIGHT, "snapshot"],
      acts: [
        view("Let me look at emit.", EMITTER, [32, 46]),
        edit("Copy the list before the loop.", copy),
        run("Check with the example.", TRY),
        run("And the tests.", TESTS),
      ],
      done: "The issue is fixed. One old test expected the previous semantics.",
    },
    {
      slot: "oh",
      kind: "breaks regression tests: runs backwards",
      resolved: false,
      breaks: [ORDER, REMOVED],
      passes: [],
      acts: [
        run("I explore the repository.", "ls -la src test | cut -c1-10,40-"),
        view("I start with the index.", "src/index.js"),
        view("Then the emitter.", EMITTER),
        view("And waitFor.", "src/waitFor.js"),
        run("Try the example.", "node -e 'require(\"./src/index.js\")' 2>&1 | head -3"),
        run("As a module, then.", TRY),
        edit("Removing while walking forwards skips one; walking backwards does not.", backwards),
        run("Verify.", TRY),
        run(
          "The order is turned around, but both are called. Are there tests on the order?",
          "grep -n 'order' test/*.js",
        ),
      ],
      done: "Both listeners run now, in the opposite order. I am not sure whether the order matters to anybody.",
    },
    {
      slot: "r2e",
      kind: "breaks a regression test: removes after the call",
      resolved: false,
      breaks: ["once is called once even if it emits the event again"],
      passes: [],
      acts: [
        run("Where is once?", "grep -n 'once' src/*.js"),
        view("once removes itself before it calls.", EMITTER, [16, 24]),
        view("Read the rest of the class too.", EMITTER),
        run("Reproduce.", TRY),
        edit("Remove it afterwards instead.", later),
        run("Check.", TRY),
        run("Still one. Maybe the output is cached; run it again.", TRY),
        run("Check the tests.", "node --test test/ | grep -E '^(not ok|# fail)'"),
      ],
      done: "The listener is removed after its call. One test fails and the example still prints one line; I could not find out why.",
    },
    {
      slot: "own",
      kind: "right, another text",
      resolved: true,
      breaks: [],
      passes: RIGHT,
      acts: [
        run("Layout.", "ls src test"),
        view("Emitter.", EMITTER),
        create(
          "A script with both cases of the issue and one where an earlier listener removes a later one.",
          "repro.mjs",
          `import { Emitter } from "./src/index.js";

const bus = new Emitter();
bus.once("a", () => console.log("a one"));
bus.once("a", () => console.log("a two"));
bus.emit("a");
let off = () => {};
bus.on("b", () => off());
off = bus.on("b", () => console.log("b must not print"));
bus.emit("b");
`,
        ),
        run("Before.", "node repro.mjs"),
        edit("Walk a copy, and mark entries when they are removed.", rightFlag),
        edit("The mark.", rightFlagSet),
        run("After.", "node repro.mjs"),
        remove("Remove the script.", "repro.mjs"),
        run("Tests.", TESTS),
      ],
      done: "Removed entries carry a mark, so an emit that is running can skip them.",
    },
    {
      slot: "pred",
      kind: "does not apply: made against another version",
      resolved: false,
      form: {
        stale: ["-    for (let i = 0; i < list.length; i++) {", "-    for (let i = 0, n = list.length; i < n; i++) {"],
      },
      breaks: "patch-failed",
      passes: "patch-failed",
      acts: [edit("", right)],
      done: "",
    },
  ],
};
