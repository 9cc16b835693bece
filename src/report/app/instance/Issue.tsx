// The issue as text: Markdown is left as it was written, so that nothing in it can become more than text.
import { Text } from "../text/Text.js";
import type { TabProps } from "./InstanceView.js";

export function Issue({ detail }: TabProps) {
  if (detail.issue === null || detail.issue.trim() === "")
    return <p class="empty">The run keeps no issue text of this instance.</p>;
  return (
    <div class="issue">
      {blocksOf(detail.issue).map((block, index) =>
        block.code ? (
          <pre key={index} tabIndex={0}>
            <Text value={block.text} />
          </pre>
        ) : (
          <p key={index} class={block.heading ? "issue-heading" : ""}>
            <Text value={block.text} />
          </p>
        ),
      )}
    </div>
  );
}

interface Block {
  readonly text: string;
  readonly code: boolean;
  readonly heading: boolean;
}

/** Fenced code apart from prose, prose by paragraphs; every character of it stays. */
function blocksOf(issue: string): readonly Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let code = false;
  const close = () => {
    const text = lines.join("\n");
    lines = [];
    if (text.trim() !== "")
      blocks.push({ text, code, heading: !code && /^#{1,6} |^\*\*[^*\n]+\*\*$/.test(text) && !text.includes("\n") });
  };
  for (const line of issue.replaceAll("\r\n", "\n").split("\n")) {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) {
      close();
      code = !code;
    } else if (!code && (line.trim() === "" || /^#{1,6} /.test(line))) {
      close();
      if (line.trim() !== "") {
        lines.push(line);
        close();
      }
    } else lines.push(line);
  }
  close();
  return blocks;
}
