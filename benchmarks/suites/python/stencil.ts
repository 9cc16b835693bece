// pytest: one fix never ends, one mends the lesser half of the issue, one rewrites the test it breaks.
import { type Change, edit, type InstanceSpec, run, view } from "../author.js";

const RENDER = "stencil/render.py";
const LOOP = `    text = template
    for name, value in values.items():
        text = re.sub(r"\\{\\{\\s*" + re.escape(name) + r"\\s*\\}\\}", str(value), text)
    return text
`;

const right: Change = [
  RENDER,
  LOOP,
  `    def fill(match):
        name = match.group(1)
        return str(values[name]) if name in values else match.group()

    return PLACEHOLDER.sub(fill, template)
`,
];
const half: Change = [RENDER, "str(value), text)", "lambda _: str(value), text)"];
const endless: Change = [
  RENDER,
  LOOP,
  `    text = template
    while PLACEHOLDER.search(text):
        name = PLACEHOLDER.search(text).group(1)
        value = str(values.get(name, "{{ " + name + " }}"))
        text = PLACEHOLDER.sub(lambda match: value if match.group(1) == name else match.group(), text)
    return text
`,
];
const dropsUnknown: Change = [
  RENDER,
  LOOP,
  `    return PLACEHOLDER.sub(lambda match: str(values.get(match.group(1), "")), template)
`,
];
const LOOSER: Change = ["tests/test_render.py", `{"a": "x"}) == "x {{ b }}"`, `{"a": "x"}) == "x "`];

const BASE = "tests/test_render.py::test_";
const escaped: Change = [RENDER, "str(value), text)", "re.escape(str(value)), text)"];
const escapedBack: Change = [RENDER, escaped[2], escaped[1]];
const TESTS = "python3 -m pytest -q -p no:cacheprovider | tail -3";
const SLASH = `python3 -c 'from stencil import render; print(render("{{ p }}", {"p": r"C:\\new"}))' 2>&1 | tail -1`;
const NESTED = `python3 -c 'from stencil import render; print(render("{{ a }}", {"a": "{{ b }}", "b": "secret"}))'`;
const ALL = ["backslash", "nested", "group"];

export const stencil: InstanceSpec = {
  id: "stencil__render-12",
  repo: "stencil/stencil",
  issue: `Values are not taken literally

Two things go wrong when values come from users:

* render("{{ p }}", {"p": "C:\\\\new"}) raises re.error or inserts a line break, because backslashes in the value are interpreted.
* render("{{ a }}", {"a": "{{ b }}", "b": "secret"}) gives "secret". A value must never be rendered again, whatever it contains.`,
  runner: "pytest",
  tests: ["tests/test_render.py"],
  timeoutSeconds: 8,
  generated: [
    { id: "backslash", path: "tests/test_generated_backslash.py", nature: "blunt" },
    { id: "nested", path: "tests/test_generated_nested.py", nature: "telling" },
    { id: "group", path: "tests/test_generated_group.py", nature: "blunt" },
  ],
  generatedTimeoutSeconds: 5,
  baseImage: "bestk-test:py3",
  gold: [edit("", right)],
  goldTests: [
    edit("", [
      "tests/test_render.py",
      "def test_unused_values_do_nothing():",
      `def test_values_are_literal():
    assert render("{{ p }}", {"p": "C:\\\\new"}) == "C:\\\\new"
    assert render("{{ a }}", {"a": "{{ b }}", "b": "secret"}) == "{{ b }}"


def test_unused_values_do_nothing():`,
    ]),
  ],
  failToPass: [`${BASE}values_are_literal`],
  passToPass: [`${BASE}a_placeholder_is_filled`, `${BASE}spaces_do_not_matter`, `${BASE}unknown_names_stay`],
  decidedBy: "tests",
  rollouts: [
    {
      slot: "sa1",
      kind: "half: values are still rendered again",
      resolved: false,
      breaks: [],
      passes: ["backslash", "group"],
      acts: [
        run("Where is the substitution?", "grep -rn 'replace(' stencil"),
        run("With re, then?", "grep -rn 're.sub' stencil"),
        view("In context.", RENDER),
        view("And the tests.", "tests/test_render.py"),
        run("Reproduce.", "python3 -c 'import stencil.template' 2>&1 | tail -1"),
        run("The right name.", SLASH),
        edit("Escape the value?", escaped),
        run("Check.", SLASH),
        run("Tests.", TESTS),
        edit("That doubles other characters. Undo.", escapedBack),
        edit("A function as replacement is taken literally.", half),
        run("Check.", SLASH),
        run("Tests.", TESTS),
      ],
      done: "Backslashes are literal now. The second point of the issue still has to be looked at.",
    },
    {
      slot: "sa2",
      kind: "right, equal to mini-swe-agent/run-2",
      resolved: true,
      breaks: [],
      passes: ALL,
      acts: [
        view("The renderer.", RENDER),
        edit(
          "Each value goes into a text that is searched again. One pass over the template does away with both points.",
          right,
        ),
        run("Both points.", `${SLASH}; ${NESTED}`),
        run("Tests.", TESTS),
      ],
      done: "Values are inserted as they are, in one pass; the tests pass.",
    },
    {
      slot: "mini1",
      kind: "timeout: renders until no placeholder is left",
      resolved: false,
      breaks: "timeout",
      passes: ["backslash", "group"],
      acts: [
        run("Overview.", "ls stencil tests && cat stencil/__init__.py"),
        view("Read the renderer.", RENDER),
        view("And its tests.", "tests/test_render.py"),
        run("Both points, before.", `${SLASH}; ${NESTED}`),
        edit("Replace one name at a time, until none is left.", endless),
        run("Check the first point.", SLASH),
      ],
      done: "Values are inserted literally. I did not run the tests.",
    },
    {
      slot: "mini2",
      kind: "right",
      resolved: true,
      breaks: [],
      passes: ALL,
      acts: [
        view("The renderer.", RENDER),
        run("Both points.", `${SLASH}; ${NESTED}`),
        edit(
          "Both come from substituting name by name into text that already holds values. One pass over the template with a function solves both, and unknown names fall through.",
          right,
        ),
        run("Both points and the tests.", `${SLASH}; ${NESTED}; ${TESTS}`),
      ],
      done: "The template is walked once, values are inserted as they are.",
    },
    {
      slot: "oh",
      kind: "half, equal to swe-agent/run-1",
      resolved: false,
      breaks: [],
      passes: ["backslash", "group"],
      acts: [
        view("The renderer.", RENDER),
        edit("Use a function so that backslashes are kept.", half),
        run("Verify.", SLASH),
      ],
      done: "Fixed.",
    },
    {
      slot: "r2e",
      kind: "right, equal to mini-swe-agent/run-2",
      resolved: true,
      breaks: [],
      passes: ALL,
      acts: [
        view("View the module.", RENDER),
        run("Reproduce the second point.", NESTED),
        edit("One pass with a callback.", right),
        run("Check both.", `${SLASH}; ${NESTED}`),
        run("Tests.", TESTS),
      ],
      done: "One pass with a callback; both points are solved.",
    },
    {
      slot: "own",
      kind: "edits the test that it breaks",
      resolved: false,
      breaks: [`${BASE}unknown_names_stay`],
      passes: ALL,
      acts: [
        run("Layout.", "ls stencil tests"),
        view("The renderer.", RENDER),
        run("First point.", SLASH),
        run("Second point.", NESTED),
        edit("One pass, with an empty text for unknown names.", dropsUnknown),
        run("Tests.", TESTS),
        edit("That expectation is out of date now.", LOOSER),
        run("Tests.", TESTS),
      ],
      done: "All tests pass.",
    },
    {
      slot: "pred",
      kind: "does not apply: made against another version",
      resolved: false,
      form: { stale: ["-    text = template\n", "-    output = template\n"] },
      breaks: "patch-failed",
      passes: "patch-failed",
      acts: [edit("", right)],
      done: "",
    },
  ],
};
