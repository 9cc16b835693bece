// Doubled quotes: one fix never ends, two break empty quoted fields, one was made against another version of the file.
import { type Change, create, edit, type InstanceSpec, remove, run, view } from "../author.js";

const PARSE = "src/parse.js";
const QUOTE = `    if (char === '"') {
      quoted = !quoted;
      i += 1;
    } else if (quoted) {`;

const right: Change = [
  PARSE,
  QUOTE,
  `    if (quoted && char === '"' && text[i + 1] === '"') {
      field += '"';
      i += 2;
    } else if (char === '"') {
      quoted = !quoted;
      i += 1;
    } else if (quoted) {`,
];
const rightNested: Change = [
  PARSE,
  QUOTE,
  `    if (char === '"') {
      const doubled = quoted && text[i + 1] === '"';
      if (doubled) field += char;
      else quoted = !quoted;
      i += doubled ? 2 : 1;
    } else if (quoted) {`,
];
const endless: Change = [
  PARSE,
  QUOTE,
  `    // A doubled quote stands for one.
    while (text.slice(i, i + 2) === '""') {
      if (!field.endsWith('"')) field += '"';
    }
    if (char === '"') {
      quoted = !quoted;
      i += 1;
    } else if (quoted) {`,
];
const anywhere: Change = [
  PARSE,
  QUOTE,
  `    if (char === '"' && text[i + 1] === '"') {
      field += '"';
      i += 2;
    } else if (char === '"') {
      quoted = !quoted;
      i += 1;
    } else if (quoted) {`,
];
const placeholderIn: Change = [
  PARSE,
  "  const rows = [];\n  let row = [];",
  `  const PLACEHOLDER = "\\u0000";
  text = text.replaceAll('""', PLACEHOLDER);
  const rows = [];
  let row = [];`,
];
const placeholderOut: Change = [
  PARSE,
  "  return rows;\n}",
  `  return rows.map((cells) => cells.map((cell) => cell.replaceAll(PLACEHOLDER, '"')));\n}`,
];

const EMPTY = "empty fields, quoted or not";
const ALL = ["doubled-quotes", "only-quote", "round-trip"];
const TESTS = "node --test test/ | grep -E '^(not ok|# (pass|fail))'";
const TRY = `node --input-type=module -e 'import { parse } from "./src/index.js"; console.log(JSON.stringify(parse("\\"say \\"\\"hi\\"\\"\\",2\\n")))'`;

export const csvkit: InstanceSpec = {
  id: "csvkit__csv-31",
  repo: "csvkit/csvkit",
  issue: `parse() loses escaped quotes

\`stringify\` doubles quotes as it should, but \`parse\` drops them:

\`\`\`js
parse('"say ""hi""",2\\n'); // [["say hi", "2"]], expected [['say "hi"', "2"]]
\`\`\`

So \`parse(stringify(rows))\` does not give the rows back as soon as one field holds a quote. A field that is nothing but a quote (\`""""\`) comes out empty.

Version 0.9.2, Node 20.`,
  runner: "node-test",
  tests: ["test/parse.test.js", "test/stringify.test.js"],
  timeoutSeconds: 5,
  generated: [
    { id: "doubled-quotes", path: "test/generated/doubledQuotes.test.js", nature: "telling" },
    { id: "only-quote", path: "test/generated/onlyQuote.test.js", nature: "telling" },
    { id: "round-trip", path: "test/generated/roundTrip.test.js", nature: "telling" },
    { id: "bare-quote", path: "test/generated/bareQuote.test.js", nature: "toxic" },
  ],
  generatedTimeoutSeconds: 3,
  gold: [edit("", right)],
  goldTests: [
    edit("", [
      "test/parse.test.js",
      'test("another delimiter"',
      `test("doubled quotes inside quotes", () => {
  assert.deepEqual(parse('"say ""hi""",2\\n'), [['say "hi"', "2"]]);
  assert.deepEqual(parse('""""\\n'), [['"']]);
});

test("another delimiter"`,
    ]),
  ],
  failToPass: ["doubled quotes inside quotes"],
  passToPass: ["rows and fields", "a quoted field may hold the delimiter and line breaks", EMPTY, "quotes are doubled"],
  decidedBy: "tests",
  rollouts: [
    {
      slot: "sa1",
      kind: "breaks a regression test: a placeholder for every pair of quotes",
      resolved: false,
      breaks: [EMPTY],
      passes: ["doubled-quotes"],
      acts: [
        run("Look around first.", "ls src test && wc -l src/*.js"),
        view("The parser.", PARSE, [1, 42]),
        edit("The simplest way: hide every doubled quote behind a placeholder before parsing.", placeholderIn),
        edit("And bring it back as a single quote at the end.", placeholderOut),
        run("Try the example of the issue.", TRY),
      ],
      done: "The example of the issue now gives the expected rows.",
    },
    {
      slot: "sa2",
      kind: "right",
      resolved: true,
      breaks: [],
      passes: ALL,
      acts: [
        run("Let me see the layout and the tests that exist.", "ls src test && grep -n 'test(' test/parse.test.js"),
        view("Now the parser.", PARSE, [1, 40]),
        run("Every quote toggles the state, so a doubled one toggles twice and is lost. Reproduce:", TRY),
        edit(
          "Inside quotes, a quote followed by another is an escaped quote: take both characters at once. Outside quotes two quotes are an empty field and must stay as they are.",
          right,
        ),
        run("Again.", TRY),
        create(
          "A wider check: round trips, and the edge cases around empty quoted fields.",
          "check.mjs",
          `import assert from "node:assert/strict";
import { parse, stringify } from "./src/index.js";

const rows = [["a", 'x "y" z'], ['"', ""], ['""', "\\n"]];
assert.deepEqual(parse(stringify(rows)), rows);
assert.deepEqual(parse('"",a\\n'), [["", "a"]]);
assert.deepEqual(parse('a,""'), [["a", ""]]);
console.log("ok");
`,
        ),
        run("Run it.", "node check.mjs"),
        remove("Good. Clean up.", "check.mjs"),
        run("And the tests of the repository.", TESTS),
      ],
      done: "Escaped quotes survive, `parse(stringify(rows))` is the identity on my samples, and empty quoted fields are unchanged.",
    },
    {
      slot: "mini1",
      kind: "timeout: the loop never moves on",
      resolved: false,
      breaks: "timeout",
      passes: [],
      acts: [
        view("I read the parser.", PARSE, [4, 38]),
        run("And the tests.", "sed -n 1,30p test/parse.test.js"),
        edit("Doubled quotes have to be taken together before the toggle. A loop handles several in a row.", endless),
        run("Check that the file still parses.", "node --check src/parse.js && echo fine"),
      ],
      done: "Doubled quotes are handled in a loop ahead of the toggle.",
    },
    {
      slot: "mini2",
      kind: "breaks a regression test: takes an empty quoted field for an escape",
      resolved: false,
      breaks: [EMPTY],
      passes: ["doubled-quotes"],
      acts: [
        run("Where are quotes handled?", `grep -n '"' src/parse.js | head -20`),
        view("In context:", PARSE, [12, 26]),
        edit("Add a case for two quotes in a row.", anywhere),
        run("Does the example work?", TRY),
      ],
      done: "Two quotes in a row now produce one quote.",
    },
    {
      slot: "oh",
      kind: "right, equal to swe-agent/run-2",
      resolved: true,
      breaks: [],
      passes: ALL,
      acts: [
        run("First I look at the repository.", "ls && cat README.md"),
        view("The parser is a small state machine.", PARSE),
        edit("A quote that follows another inside a quoted field is data. I handle the pair before the toggle.", right),
        run("Verify the issue's example.", TRY),
        run("Run all tests.", TESTS),
      ],
      done: "Fixed in the state machine; all existing tests pass.",
    },
    {
      slot: "r2e",
      kind: "right, another text",
      resolved: true,
      breaks: [],
      passes: ALL,
      acts: [
        view("Let me view the parser.", PARSE, [5, 40]),
        run("Reproduce the loss.", TRY),
        edit("I keep one branch for quotes and decide inside it whether the quote is doubled.", rightNested),
        run("Reproduce again.", TRY),
        run(
          "A field of one quote, an empty quoted field, and a line break inside quotes.",
          `node --input-type=module -e 'import { parse } from "./src/index.js"; for (const t of ["\\"\\"\\"\\"\\n", "\\"\\",x\\n", "\\"a\\nb\\"\\n"]) console.log(JSON.stringify(parse(t)))'`,
        ),
        run("Regression tests.", TESTS),
      ],
      done: "The quote branch tells an escaped quote from the end of the field; everything passes.",
    },
    {
      slot: "own",
      kind: "does not apply: made against another version",
      resolved: false,
      form: { stale: [`-    if (char === '"') {`, "-    if (char === QUOTE) {"] },
      breaks: "patch-failed",
      passes: "patch-failed",
      acts: [
        run(
          "I know this code base from its main branch, so I go straight to the parser.",
          "grep -n 'quoted' src/parse.js",
        ),
        edit("Take a doubled quote as one character.", [
          PARSE,
          `  while (i < text.length) {
    const char = text[i];
    if (char === '"') {
      quoted = !quoted;`,
          `  while (i < text.length) {
    const char = text[i];
    if (char === '"' && quoted && text[i + 1] === '"') {
      field += char;
      i += 2;
    } else if (char === '"') {
      quoted = !quoted;`,
        ]),
      ],
      done: "Done.",
    },
    {
      slot: "pred",
      kind: "breaks a regression test, equal to swe-agent/run-1 but for its index line",
      resolved: false,
      form: "no-index",
      breaks: [EMPTY],
      passes: ["doubled-quotes"],
      acts: [edit("", placeholderIn), edit("", placeholderOut)],
      done: "",
    },
  ],
};
