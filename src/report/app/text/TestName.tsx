// Names of tests and ids are long and differ at their end: the end always stays, the beginning gives way.
import { Text } from "./Text.js";
import { plain } from "./visible.js";

export function TestName({ name }: { readonly name: string }) {
  const cut = lastPart(name);
  return (
    <span class="ends-stay" title={plain(name)}>
      {cut > 0 && (
        <span class="beginning">
          <Text value={name.slice(0, cut)} />
        </span>
      )}
      <span class="end">
        <Text value={name.slice(cut)} />
      </span>
    </span>
  );
}

/** Where the last part begins: after the last "::", " > ", "/" or "." before parameters. */
function lastPart(name: string): number {
  const parameters = name.search(/[[(]/);
  const head = parameters > 0 ? name.slice(0, parameters) : name;
  for (const separator of ["::", " > ", "/", "."]) {
    const at = head.lastIndexOf(separator);
    if (at > 0) return at + separator.length;
  }
  return 0;
}
