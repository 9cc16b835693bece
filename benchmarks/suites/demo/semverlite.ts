// Caret ranges below 1.0.0: five of eight submit the same half fix in different wrappings, so that a majority is wrong.
import { type Change, create, edit, type InstanceSpec, run, view } from "../author.js";

const RANGE = "src/range.js";
const CARET = `  const [major] = parse(operand);
  return \`\${major + 1}.0.0\`;`;

const majority: Change = [
  RANGE,
  CARET,
  `  const [major, minor] = parse(operand);
  if (major === 0) return \`0.\${minor + 1}.0\`;
  return \`\${major + 1}.0.0\`;`,
];
const right: Change = [
  RANGE,
  CARET,
  `  const [major, minor, patch] = parse(operand);
  if (major > 0) return \`\${major + 1}.0.0\`;
  if (minor > 0) return \`0.\${minor + 1}.0\`;
  return \`0.0.\${patch + 1}\`;`,
];
const exact: Change = [
  RANGE,
  CARET,
  `  const [major, minor, patch] = parse(operand);
  if (major === 0) return \`0.\${minor}.\${patch + 1}\`;
  return \`\${major + 1}.0.0\`;`,
];
const NEW_TEST: Change = [
  "test/range.test.js",
  'test("a tilde range takes',
  `test("a caret range of 0.2.3 ends before 0.3.0", () => {
  assert.equal(satisfies("0.3.0", "^0.2.3"), false);
});

test("a tilde range takes`,
];
const tildeLike: Change = [RANGE, CARET, "  return tildeLimit(operand);"];
const tildeBack: Change = [RANGE, tildeLike[2], CARET];
const TESTS = "node --test test/ | tail -8";
const TRY = `node --input-type=module -e 'import { satisfies } from "./src/index.js"; console.log(satisfies("0.9.0", "^0.2.3"), satisfies("0.2.9", "^0.2.3"))'`;
const MOST = ["zero-minor", "zero-major"];

export const semverlite: InstanceSpec = {
  id: "semverlite__semver-8",
  repo: "semverlite/semverlite",
  issue: `^0.2.3 matches 0.9.0

\`\`\`js
satisfies("0.9.0", "^0.2.3"); // true
\`\`\`

npm takes a caret to allow changes that do not touch the left-most number that is not zero, so this must be false: \`^0.2.3\` is \`>=0.2.3 <0.3.0\`. We got a breaking 0.x release through this in a lockfile check.

Everything from 1.0.0 up behaves.`,
  runner: "node-test",
  tests: ["test/range.test.js", "test/version.test.js"],
  timeoutSeconds: 10,
  generated: [
    { id: "zero-minor", path: "test/generated/zeroMinor.test.js", nature: "telling" },
    { id: "zero-patch", path: "test/generated/zeroPatch.test.js", nature: "telling" },
    { id: "zero-major", path: "test/generated/zeroMajor.test.js", nature: "blunt" },
    { id: "zero-is-exact", path: "test/generated/zeroIsExact.test.js", nature: "toxic" },
  ],
  generatedTimeoutSeconds: 5,
  gold: [edit("", right)],
  goldTests: [
    edit("", [
      "test/range.test.js",
      'test("a tilde range takes',
      `test("a caret keeps the left-most number that is not zero", () => {
  assert.equal(satisfies("0.3.0", "^0.2.3"), false);
  assert.equal(satisfies("0.0.4", "^0.0.3"), false);
  assert.equal(satisfies("0.0.3", "^0.0.3"), true);
});

test("a tilde range takes`,
    ]),
  ],
  failToPass: ["a caret keeps the left-most number that is not zero"],
  passToPass: [
    "a caret range takes later minor and patch versions",
    "a caret range of a 0.x version takes later patches",
    "alternatives",
  ],
  decidedBy: "tests",
  rollouts: [
    {
      slot: "sa1",
      kind: "half: the majority's patch",
      resolved: false,
      breaks: [],
      passes: MOST,
      acts: [
        run("Find the caret.", "grep -n -i 'caret' lib/*.js"),
        run("It is src here.", "grep -n -i 'caret' src/*.js test/*.js"),
        view("The comparators first.", RANGE, [24, 46]),
        view("The limit:", RANGE, [45, 65]),
        view("How does parse behave?", "src/version.js"),
        run("Reproduce.", "node -e 'console.log(require(\"./src\").satisfies)' 2>&1 | grep -m1 Error"),
        run("As a module.", TRY),
        edit("First try: let a caret be a tilde.", tildeLike),
        run("Check.", TESTS),
        edit("That breaks everything from 1.0.0 up. Undo.", tildeBack),
        edit("Below 1.0.0 the minor number plays the role of the major one.", majority),
        run("Check.", TRY),
        run("Tests.", TESTS),
      ],
      done: "`^0.2.3` now ends before 0.3.0 and all tests pass.",
    },
    {
      slot: "sa2",
      kind: "half: the majority's patch, with a script left behind",
      resolved: false,
      breaks: [],
      passes: MOST,
      acts: [
        run("Let me look at the repository.", "ls src test"),
        view("The ranges.", RANGE),
        create(
          "Reproduce first.",
          "reproduce_issue.mjs",
          `import { satisfies } from "./src/index.js";

console.log("0.9.0 in ^0.2.3:", satisfies("0.9.0", "^0.2.3"), "(expected false)");
console.log("0.2.9 in ^0.2.3:", satisfies("0.2.9", "^0.2.3"), "(expected true)");
console.log("1.9.0 in ^1.2.3:", satisfies("1.9.0", "^1.2.3"), "(expected true)");
`,
        ),
        run("Run it.", "node reproduce_issue.mjs"),
        edit("Treat 0.x on its own.", majority),
        run("Run it again.", "node reproduce_issue.mjs"),
      ],
      done: "The script prints what is expected.",
    },
    {
      slot: "mini1",
      kind: "half: the majority's patch, with CRLF line ends",
      resolved: false,
      form: "crlf",
      breaks: [],
      passes: MOST,
      acts: [
        run("What is here?", "ls; ls src test"),
        view("I read the range code.", RANGE, [1, 65]),
        view("And the versions.", "src/version.js"),
        run("What do the tests say on 0.x?", "grep -n '0\\.' test/*.js"),
        run("Reproduce.", "node -e 'require(\"./src\")' 2>&1 | grep -m1 Error"),
        edit("For major 0 the next breaking version is the next minor.", majority),
        run("Check the example and the tests.", `${TRY} && ${TESTS}`),
      ],
      done: "Fixed, I think; I did not look at versions below 0.1.0.",
    },
    {
      slot: "mini2",
      kind: "right",
      resolved: true,
      breaks: [],
      passes: ["zero-minor", "zero-patch", "zero-major"],
      acts: [
        view("Caret handling is at the end of this file.", RANGE, [24, 65]),
        run(
          "The issue's example, and the case of ^0.0.3, which the rule of the left-most non-zero number covers too.",
          `node --input-type=module -e 'import { satisfies } from "./src/index.js"; console.log(satisfies("0.9.0", "^0.2.3"), satisfies("0.0.4", "^0.0.3"))'`,
        ),
        edit("Both are wrong. The rule has three cases: the left-most number that is not zero decides.", right),
        run(
          "Both should be false now, the rest true; and the tests.",
          `node --input-type=module -e 'import { satisfies } from "./src/index.js"; console.log(satisfies("0.9.0", "^0.2.3"), satisfies("0.0.4", "^0.0.3"), satisfies("0.2.9", "^0.2.3"), satisfies("0.0.3", "^0.0.3"), satisfies("1.9.0", "^1.2.3"))' && ${TESTS}`,
        ),
      ],
      done: "The caret keeps the left-most number that is not zero, for 0.0.x as well.",
    },
    {
      slot: "oh",
      kind: "breaks a regression test: every 0.x range is exact",
      resolved: false,
      breaks: ["a caret range of a 0.x version takes later patches"],
      passes: ["zero-patch", "zero-major", "zero-is-exact"],
      acts: [
        view("Let me read the code.", RANGE, [40, 65]),
        edit("In 0.x any change can break, so a caret should take nothing but the version itself.", exact),
        run(
          "Check.",
          `node --input-type=module -e 'import { satisfies } from "./src/index.js"; console.log(satisfies("0.9.0", "^0.2.3"))'`,
        ),
      ],
      done: "0.x carets are strict now.",
    },
    {
      slot: "r2e",
      kind: "right, equal to mini-swe-agent/run-2",
      resolved: true,
      breaks: [],
      passes: ["zero-minor", "zero-patch", "zero-major"],
      acts: [
        view("The range module.", RANGE),
        run("The tests cover 0.2.x only partly:", "grep -n '0\\.' test/range.test.js"),
        edit("npm's rule: the left-most number that is not zero stays. That is three cases.", right),
        run(
          "Try several.",
          `node --input-type=module -e 'import { satisfies } from "./src/index.js"; for (const [v, r] of [["0.9.0", "^0.2.3"], ["0.2.9", "^0.2.3"], ["0.0.4", "^0.0.3"], ["1.9.9", "^1.0.0"]]) console.log(v, r, satisfies(v, r))'`,
        ),
        run("Run the tests.", TESTS),
      ],
      done: "Implemented npm's rule for the caret; tests pass.",
    },
    {
      slot: "own",
      kind: "half: the majority's patch, with a new test",
      resolved: false,
      breaks: [],
      passes: MOST,
      acts: [
        view("Look at the caret.", RANGE, [50, 65]),
        edit("Handle major 0.", majority),
        edit("And a test for it.", NEW_TEST),
        run("Run.", TESTS),
      ],
      done: "Fixed, with a test.",
    },
    {
      slot: "pred",
      kind: "half: the majority's patch, without index lines",
      resolved: false,
      form: "no-index",
      breaks: [],
      passes: MOST,
      acts: [edit("", majority)],
      done: "",
    },
  ],
};
