// One patch drawn: a list of its files, then each file, side by side or in one column.
import { useMemo } from "preact/hooks";
import type { LongText } from "../../../core/page.js";
import { TextLeftOut } from "../marks/LeftOut.js";
import { usePage, usePart } from "../page.js";
import { Lines } from "../text/Lines.js";
import { Text } from "../text/Text.js";
import { DiffTable } from "./DiffTable.js";
import { type DiffFile, filesOf } from "./diffModel.js";
import { isUnified } from "./layout.js";

export function PatchText({ text }: { readonly text: LongText }) {
  const read = usePart(text.part);
  const patch = read.status === "ok" ? read.value : "";
  const files = useMemo(() => filesOf(patch), [patch]);
  if (text.part === null) return <TextLeftOut text={text} />;
  if (read.status === "reading")
    return (
      <p class="empty" aria-busy="true">
        Reading…
      </p>
    );
  if (read.status === "failed") return <p class="warning">This patch can't be read: {read.message}</p>;
  if (patch.trim() === "") return <p class="empty">This patch is empty.</p>;
  if (files === null || files.length === 0) return <Lines text={patch} label="Patch" find="" />;
  return (
    <>
      {files.length > 1 && <FileList files={files} />}
      {files.map((file, index) => (
        <File key={index} file={file} index={index} />
      ))}
    </>
  );
}

function FileList({ files }: { readonly files: readonly DiffFile[] }) {
  const show = (index: number) => document.getElementById(`file-${index}`)?.scrollIntoView({ block: "start" });
  return (
    <ul class="file-list" aria-label="Files of the patch">
      {files.map((file, index) => (
        <li key={index}>
          <button type="button" class="plain" onClick={() => show(index)}>
            <Text value={file.path} />
          </button>
          <Counts file={file} />
        </li>
      ))}
    </ul>
  );
}

function File({ file, index }: { readonly file: DiffFile; readonly index: number }) {
  const { place } = usePage();
  const unified = isUnified(place);
  return (
    <section class="diff-file" id={`file-${index}`}>
      <h2>
        {file.from !== null && (
          <span class="soft">
            <Text value={file.from} /> →{" "}
          </span>
        )}
        <Text value={file.path} />
        {file.change !== "changed" && <span class="tag">{file.change}</span>}
        <Counts file={file} />
      </h2>
      {file.hunks.length === 0 ? (
        <p class="empty">No line of it is changed.</p>
      ) : (
        <DiffTable hunks={file.hunks} unified={unified} label={`Changes of ${file.path}`} />
      )}
    </section>
  );
}

function Counts({ file }: { readonly file: DiffFile }) {
  return (
    <span class="counts">
      <span class="added">+{file.added}</span> <span class="removed">−{file.removed}</span>
    </span>
  );
}
