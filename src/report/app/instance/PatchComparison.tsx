// Two candidates' patches against each other: their changed lines side by side, marked where they differ.
import { useMemo } from "preact/hooks";
import type { LongText } from "../../../core/page.js";
import { TextLeftOut } from "../marks/LeftOut.js";
import { usePart } from "../page.js";
import { Text } from "../text/Text.js";
import { DiffTable } from "./DiffTable.js";
import { type ComparedFile, comparedFiles, filesOf } from "./diffModel.js";

interface Props {
  readonly left: LongText;
  readonly right: LongText;
  readonly names: readonly [string, string];
}

export function PatchComparison({ left, right, names }: Props) {
  const [ours, theirs] = [usePart(left.part), usePart(right.part)];
  const files = useMemo(() => {
    if (ours.status !== "ok" || theirs.status !== "ok") return null;
    const [one, other] = [filesOf(ours.value), filesOf(theirs.value)];
    return one === null || other === null ? "unreadable" : comparedFiles(one, other);
  }, [ours, theirs]);
  if (left.part === null) return <TextLeftOut text={left} />;
  if (right.part === null) return <TextLeftOut text={right} />;
  if (ours.status === "failed" || theirs.status === "failed") return <p class="warning">A patch can't be read.</p>;
  if (files === null)
    return (
      <p class="empty" aria-busy="true">
        Reading…
      </p>
    );
  if (files === "unreadable")
    return <p class="empty">One of the two is no diff that can be read, so they can't be compared.</p>;
  return (
    <>
      <p class="soft">
        Changed lines of {names[0]} on the left, of {names[1]} on the right. Lines marked ≠ are in one of them only.
      </p>
      {files.map((file) => (
        <Compared key={file.path} file={file} names={names} />
      ))}
    </>
  );
}

function Compared({ file, names }: { readonly file: ComparedFile; readonly names: readonly [string, string] }) {
  return (
    <section class="diff-file compared">
      <h2>
        <Text value={file.path} />
        {file.alike && <span class="tag">alike</span>}
      </h2>
      {!file.alike &&
        (file.rows.length === 0 ? (
          <p class="empty">Too different to be compared line by line.</p>
        ) : (
          <DiffTable
            hunks={[{ header: `${names[0]} ⟷ ${names[1]}`, rows: file.rows }]}
            unified={false}
            label={`${file.path} in both patches`}
          />
        ))}
    </section>
  );
}
