// Where the page's data comes from: elements of the file it is in, or the server of `bestk view`.
import { PAGE_ELEMENT, type PageData, type PartRef, VIEW_PATHS } from "../../core/page.js";
import { segmentOf } from "./place.js";

export interface PageSource {
  /** Data is served, and may change while it is looked at. */
  readonly served: boolean;
  readonly read: () => Promise<PageData>;
  /** Text of a part. Each is read once until `forget`. */
  readonly part: (ref: PartRef) => Promise<string>;
  readonly forget: () => void;
  /** Calls `changed` when the data did, and `connected` when the server comes and goes. Returns how to stop. */
  readonly follow: (changed: () => void, connected: (yes: boolean) => void) => () => void;
}

/** The file's own data where it holds some, else the server's. */
export function pageSource(): PageSource {
  const inFile = document.getElementById(PAGE_ELEMENT.data) !== null;
  const readPart = inFile
    ? elementText
    : (ref: PartRef) => fetched(VIEW_PATHS.part + ref.split("/").map(segmentOf).join("/"));
  const parts = new Map<PartRef, Promise<string>>();
  return {
    served: !inFile,
    read: async () =>
      JSON.parse(inFile ? await inflated(PAGE_ELEMENT.data) : await fetched(VIEW_PATHS.data)) as PageData,
    part: (ref) => {
      const known = parts.get(ref);
      if (known !== undefined) return known;
      const text = readPart(ref);
      parts.set(ref, text);
      text.catch(() => parts.delete(ref));
      return text;
    },
    forget: () => parts.clear(),
    follow: inFile ? () => () => undefined : follow,
  };
}

function elementText(ref: PartRef): Promise<string> {
  return inflated(PAGE_ELEMENT.partPrefix + ref);
}

async function inflated(id: string): Promise<string> {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`this file has no part ${id}`);
  const bytes = fromBase64(element.textContent ?? "");
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

async function fetched(path: string): Promise<string> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.text();
}

function follow(changed: () => void, connected: (yes: boolean) => void): () => void {
  const events = new EventSource(VIEW_PATHS.events);
  events.addEventListener("change", changed);
  events.addEventListener("open", () => connected(true));
  events.addEventListener("error", () => connected(false));
  return () => events.close();
}
