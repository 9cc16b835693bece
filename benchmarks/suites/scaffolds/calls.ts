// What an agent's act is called in the tools that several scaffolds share, and what such a tool answers.
import type { InstanceSpec } from "../author.js";
import type { Playback, Played } from "../workspace.js";

/** A rollout ready to be written. */
export interface Finished {
  readonly instance: InstanceSpec;
  readonly playback: Playback;
  readonly done: string;
  readonly resolved: boolean;
  readonly gold: string;
}

export const MODEL = "example/coder-1";
export const CHECKOUT = "/testbed";

export function asked(issue: string, where = CHECKOUT): string {
  return `<uploaded_files>\n${where}\n</uploaded_files>\nI've uploaded a code repository in the directory ${where}. Consider the following PR description:\n\n<pr_description>\n${issue}\n</pr_description>\n\nMake the minimal changes to the non-test files in ${where} so that the description is satisfied.`;
}

/** An edit or view in the words of the `str_replace_editor` tool, which three of the scaffolds share. */
export function editorCall({ act }: Played, root = CHECKOUT): { tool: string; args: Record<string, unknown> } {
  const path = `${root}/${"path" in act ? act.path : ""}`;
  switch (act.kind) {
    case "run":
      return { tool: "bash", args: { command: `cd ${root} && ${act.command}` } };
    case "remove":
      return { tool: "bash", args: { command: `rm ${path}` } };
    case "view":
      return { tool: "editor", args: { command: "view", path, ...(act.lines && { view_range: act.lines }) } };
    case "create":
      return { tool: "editor", args: { command: "create", path, file_text: act.text } };
    case "edit":
      return { tool: "editor", args: { command: "str_replace", path, old_str: act.old, new_str: act.new } };
  }
}

export function editorSaw({ act, observation }: Played, root = CHECKOUT): string {
  const path = `${root}/${"path" in act ? act.path : ""}`;
  switch (act.kind) {
    case "run":
      return observation.replaceAll(CHECKOUT, root) || "Your command ran successfully and did not produce any output.";
    case "remove":
      return "Your command ran successfully and did not produce any output.";
    case "view":
      return `Here's the result of running \`cat -n\` on ${path}:\n${observation}`;
    case "create":
      return `File created successfully at: ${path}`;
    case "edit":
      return `The file ${path} has been edited. Here's the result of running \`cat -n\` on a snippet of ${path}:\n${observation}\nReview the changes and make sure they are as expected. Edit the file again if necessary.`;
  }
}

export function xmlCall(name: string, args: Record<string, unknown>): string {
  const parameters = Object.entries(args).map(
    ([key, value]) => `<parameter=${key}>${typeof value === "string" ? value : JSON.stringify(value)}</parameter>\n`,
  );
  return `<function=${name}>\n${parameters.join("")}</function>`;
}

/** The acts as one shell command each, for scaffolds whose only tool is a shell. */
export function shellCommand({ act }: Played): string {
  switch (act.kind) {
    case "run":
      return act.command;
    case "remove":
      return `rm ${act.path}`;
    case "view":
      return act.lines ? `cat -n ${act.path} | sed -n '${act.lines.join(",")}p'` : `cat -n ${act.path}`;
    case "create":
      return `cat > ${act.path} <<'EOF'\n${act.text}EOF`;
    case "edit":
      return `python3 - <<'EOF'\nfrom pathlib import Path\npath = Path(${JSON.stringify(act.path)})\nold = ${pyText(act.old)}\nnew = ${pyText(act.new)}\ntext = path.read_text()\nassert text.count(old) == 1\npath.write_text(text.replace(old, new))\nEOF`;
  }
}

function pyText(text: string): string {
  return text.includes("'''") ? JSON.stringify(text) : `r'''${text}'''`;
}

/** What a shell prints for it: an edit or a new file prints nothing. */
export function shellSaw({ act, observation }: Played): string {
  return act.kind === "run" || act.kind === "view" ? observation : "";
}

/** A made-up duration that depends on the content alone. */
export function seconds(action: string, index: number): number {
  return (100 + ((action.length * 37 + index * 11) % 400)) / 1000;
}
