// How chats become steps: what is thought, what is action, what was observed, in each way that scaffolds write it.
import { describe, expect, it } from "vitest";
import { RecordError } from "../../src/rollouts/adapter.js";
import { trajectoryOfMessages } from "../../src/rollouts/messages.js";
import { callText, splitTurn } from "../../src/rollouts/turns.js";

describe("splitTurn", () => {
  it.each([
    ["plain text is all thought", "I am done.", "I am done.", ""],
    ["a shell block", "Look.\n\n```bash\nls -la\n```\nThen think.", "Look.\n\n\nThen think.", "ls -la"],
    ["mini-swe-agent's own fence", "Look.\n\n```mswea_bash_command\nls\n```", "Look.", "ls"],
    ["DISCUSSION and COMMAND", "DISCUSSION\nI plan.\n\nCOMMAND\n```\nplan\n{}\nend\n```\n", "I plan.", "plan\n{}\nend"],
    ["the last fence", "Use\n```\na\n```\nand\n```\nb\n```", "Use\n```\na\n```\nand", "b"],
    ["a fence in the middle is thought", "See\n```\ncode\n```\nas said.", "See\n```\ncode\n```\nas said.", ""],
    ["a fence of another language is thought", "See\n```python\nx = 1\n```", "See\n```python\nx = 1\n```", ""],
    [
      "tagged calls",
      'Go.\n<tool_call>{"name":"bash","arguments":"{\\"command\\":\\"ls\\"}"}</tool_call>\n<tool_call>{"name":"view","arguments":{"path":"a"}}</tool_call>',
      "Go.",
      'ls\nview {"path":"a"}',
    ],
    ["a tagged call that is no JSON", "<tool_call>ls -la</tool_call>", "", "ls -la"],
    [
      "function calls",
      "Go.\n\n<function=execute_bash>\n<parameter=command>\nls\n</parameter>\n</function>",
      "Go.",
      "ls",
    ],
    [
      "a function call that was cut",
      "Go.\n<function=edit>\n<parameter=path>a</parameter>\n<parameter=text>x",
      "Go.",
      'edit {"path":"a","text":"x"}',
    ],
    ["execute tags", "Go.\n<execute_bash>\nls\n</execute_bash>", "Go.", "ls"],
    ["execute tags for Python", "Go.\n<execute_ipython>\nprint(1)\n</execute_ipython>", "Go.", "ipython print(1)"],
    ["Moatless's JSON", '{"scratch_pad": "I look.", "query": "x"}', "I look.", '{"query":"x"}'],
    [
      "Moatless's states",
      '{"state": "S", "action": {"scratch_pad": "I look.", "query": "x"}}',
      "I look.",
      '{"state":"S","action":{"query":"x"}}',
    ],
    ["JSON of anything else is thought", '{"answer": 1}', '{"answer": 1}', ""],
  ])("%s", (_, text, thought, action) => {
    expect(splitTurn(text)).toEqual({ thought, action });
  });
});

describe("callText", () => {
  it.each([
    ["bash", { command: "ls" }, "ls"],
    ["execute_bash", '{"command":"ls","is_input":"false"}', "ls"],
    ["str_replace_editor", { command: "view", path: "/a" }, 'str_replace_editor {"command":"view","path":"/a"}'],
    ["submit", {}, "submit"],
    ["think", "not json", "think not json"],
    ["finish", undefined, "finish"],
  ])("%s", (name, args, text) => {
    expect(callText(name, args)).toBe(text);
  });
});

describe("trajectoryOfMessages", () => {
  it("joins what users and tools say until the next turn", () => {
    const chat = [
      { role: "system", content: "s" },
      { role: "user", content: "issue" },
      { role: "user", content: "more of the prompt" },
      { role: "assistant", content: "one" },
      { role: "tool", content: "a" },
      {
        role: "user",
        content: [
          { type: "text", text: "b" },
          { type: "image_url", image_url: {} },
        ],
      },
      { role: "assistant", content: "two" },
      { role: "exit", content: "the patch again" },
    ];
    expect(trajectoryOfMessages(chat, { exitStatus: "submitted" })).toEqual({
      issue: "issue",
      steps: [
        { thought: "one", action: "", observation: "a\nb" },
        { thought: "two", action: "", observation: "" },
      ],
      exitStatus: "submitted",
    });
  });

  it("takes what a user says after a new system message for a prompt", () => {
    const chat = [
      { role: "user", content: "issue" },
      { role: "assistant", content: "plan" },
      { role: "system", content: "You are the editor." },
      { role: "user", content: "the issue once more" },
      { role: "assistant", content: "edit" },
    ];
    expect(trajectoryOfMessages(chat)?.steps.map((step) => step.observation)).toEqual(["", ""]);
  });

  it("skips a demonstration and reads Anthropic's parts", () => {
    const chat = [
      { role: "user", content: "a demonstration", is_demo: true },
      { role: "user", content: [{ type: "text", text: "issue" }] },
      {
        role: "assistant",
        content: [
          { type: "text", text: "Look." },
          { type: "tool_use", name: "bash", input: { command: "ls" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", content: [{ type: "text", text: "a.js" }] }] },
    ];
    expect(trajectoryOfMessages(chat)).toMatchObject({
      issue: "issue",
      steps: [{ thought: "Look.", action: "ls", observation: "a.js" }],
    });
  });

  it("is null where nobody speaks", () => {
    expect(trajectoryOfMessages([{ role: "log", content: "x" }])).toBeNull();
    expect(trajectoryOfMessages([])).toBeNull();
  });

  it.each([[{}], ["text"], [["text"]], [null]])("says that %j is no chat", (messages) => {
    expect(() => trajectoryOfMessages(messages)).toThrow(RecordError);
  });
});
