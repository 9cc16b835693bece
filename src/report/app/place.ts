// Where the reader is, as the hash of the address: every view has a link, and back and forward work.
export const VIEWS = ["overview", "instances", "instance", "compare", "tables"] as const;

export type View = (typeof VIEWS)[number];

export interface Place {
  /** null: the first run of the page. */
  readonly run: string | null;
  readonly view: View;
  /** The instance of view `instance`, the other run of view `compare`. */
  readonly subject: string | null;
  /** Whatever else the view remembers; empty values are left out. */
  readonly params: Readonly<Record<string, string>>;
}

/** Kept on every move: the theme is the reader's, not the view's. */
const KEPT_ALWAYS: readonly string[] = ["theme"];

/** Kept between the table of instances and its instances, so that `[`, `]` and Esc go by the reader's own order. */
const KEPT_IN_LIST: readonly string[] = ["sort", "show", "q"];

const LIST_VIEWS: readonly View[] = ["instances", "instance"];

/** Reads `#/RUN/VIEW/SUBJECT?name=value`. Whatever it can't read becomes the overview. */
export function placeOf(hash: string): Place {
  const [path = "", query = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const [run = "", view = "", subject = ""] = path.split("/").map(decoded);
  const known = VIEWS.find((one) => one === view) ?? "overview";
  return {
    run: run === "" ? null : run,
    view: known,
    subject: subject === "" ? null : subject,
    params: Object.fromEntries([...new URLSearchParams(query)].filter(([, value]) => value !== "")),
  };
}

export function hashOf({ run, view, subject, params }: Place): string {
  const path = [run ?? "", view, ...(subject === null ? [] : [subject])].map(segmentOf).join("/");
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== "")).toString();
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

export interface Move {
  readonly run?: string;
  readonly view: View;
  readonly subject?: string | null;
  readonly params?: Readonly<Record<string, string>>;
}

/** The place that a link leads to. */
export function moved(here: Place, { run, view, subject, params }: Move): Place {
  const inList = LIST_VIEWS.includes(here.view) && LIST_VIEWS.includes(view) && (run ?? here.run) === here.run;
  const kept = inList ? [...KEPT_ALWAYS, ...KEPT_IN_LIST] : KEPT_ALWAYS;
  const carried = Object.fromEntries(Object.entries(here.params).filter(([name]) => kept.includes(name)));
  return { run: run ?? here.run, view, subject: subject ?? null, params: { ...carried, ...params } };
}

/** The same view with some of its parameters changed; "" takes one away. */
export function withParams(here: Place, params: Readonly<Record<string, string>>): Place {
  return { ...here, params: { ...here.params, ...params } };
}

/** A part of the path. Half a surrogate pair, which no address can hold, becomes the character that stands for it. */
export function segmentOf(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}

function splitOnce(text: string, by: string): readonly [string, string] {
  const at = text.indexOf(by);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
