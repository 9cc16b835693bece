// The page over HTTP: names of parts and nothing else, to this machine's own browser alone; other sites can neither read nor frame it.
import { isIP } from "node:net";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { messageOf } from "../core/errors.js";
import { VIEW_PATHS } from "../core/page.js";
import { type PageAssets, pageEnd, pageHead, pagePolicy } from "../report/page/html.js";
import type { ViewState } from "./viewState.js";

export interface ViewAppOptions {
  readonly state: ViewState;
  readonly assets: PageAssets;
  /** The address that is listened at. */
  readonly host: string;
  /** Calls back at each change, until what it returns is called. */
  readonly subscribe: (tell: () => void) => () => void;
}

const unpack = promisify(gunzip);

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

export function viewApp({ state, assets, host, subscribe }: ViewAppOptions): Hono {
  const app = new Hono();
  const headers: Readonly<Record<string, string>> = {
    "Content-Security-Policy": `${pagePolicy(assets, true)}; frame-ancestors 'none'`,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
  };
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    // A foreign site can make its own name point to this machine, but not change the name that a browser asks for.
    if (!isOwnHost(context.req.header("Host") ?? "", host)) {
      return context.text("This server answers to its own address alone.\n", 403);
    }
    await next();
    return undefined;
  });
  app.get("/", (context) => context.html(pageHead(assets, true) + pageEnd(assets)));
  app.get(VIEW_PATHS.data, async (context) => {
    return context.body(await state.data(), 200, { "Content-Type": "application/json" });
  });
  app.get(`${VIEW_PATHS.part}:ref`, async (context) => {
    const part = await state.part(context.req.param("ref"));
    if (part === null) return context.text("No such part: the run has changed, read it again.\n", 404);
    if (part.kind === "detail") return context.body(part.json, 200, { "Content-Type": "application/json" });
    const type = part.kind === "trajectory" ? "application/json" : "text/plain; charset=utf-8";
    const gzip = await part.text.packed();
    const takesGzip = /\bgzip\b/.test(context.req.header("Accept-Encoding") ?? "");
    const body = Uint8Array.from(takesGzip ? gzip : await unpack(gzip));
    return context.body(body, 200, {
      "Content-Type": type,
      ...(takesGzip ? { "Content-Encoding": "gzip" } : {}),
    });
  });
  app.get(VIEW_PATHS.events, (context) =>
    streamSSE(context, async (stream) => {
      await stream.writeSSE({ event: "hello", data: "" });
      await new Promise<void>((resolve) => {
        const leave = subscribe(() => void stream.writeSSE({ event: "change", data: "" }));
        stream.onAbort(() => {
          leave();
          resolve();
        });
      });
    }),
  );
  app.notFound((context) => context.text("No such page.\n", 404));
  app.onError((thrown, context) => context.text(`${messageOf(thrown)}\n`, 500));
  return app;
}

/** Names by which this server may be asked: its address, this machine's own names, or, where it listens to others, any address. */
export function isOwnHost(header: string, host: string): boolean {
  const name = header.replace(/:\d+$/, "").toLowerCase();
  if (LOOPBACK.has(name)) return true;
  const isLoopback = host === "127.0.0.1" || host === "localhost" || host === "::1";
  if (isLoopback) return false;
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  return bare === host.toLowerCase() || isIP(bare) !== 0;
}
