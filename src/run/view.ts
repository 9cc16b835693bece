// `bestk view`: serves the page of runs from their directories until it is stopped, and tells browsers when a run goes on.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type ServerType, serve } from "@hono/node-server";
import { BestkError, messageOf } from "../core/errors.js";
import type { PageAssets } from "../report/page/html.js";
import type { EvidenceSourceOptions } from "./pageEvidence.js";
import { pageSources } from "./pageFile.js";
import { viewApp } from "./viewApp.js";
import { viewState } from "./viewState.js";

export interface ViewRequest {
  /** Run directories, or evidence. */
  readonly paths: readonly string[];
  readonly evidence: EvidenceSourceOptions;
  readonly assets: PageAssets;
  readonly bestk: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Milliseconds between looks at the files; default 1000. */
  readonly pollMs?: number;
}

/** A server that answers. */
export interface RunningView extends AsyncDisposable {
  readonly url: string;
}

/** Throws BestkError `input` as the readers do, `usage` where the address can't be listened at. */
export async function openView(request: ViewRequest): Promise<RunningView> {
  const { paths, evidence, assets, bestk, host, port, pollMs = 1000 } = request;
  const state = await viewState({
    paths,
    bestk,
    open: () => pageSources(paths, { ...evidence, mayBeEmpty: true }),
    now: () => performance.now(),
  });
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  const subscribe = (tell: () => void): (() => void) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  };
  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await pause(pollMs, undefined, { signal: closing.signal });
      if (listeners.size > 0 && (await state.changed())) for (const tell of listeners) tell();
    }
  };
  const app = viewApp({ state, assets, host, subscribe });
  const server = await listening(serve({ fetch: app.fetch, hostname: host, port }), host, port);
  const watching = watch().catch((thrown: unknown) => {
    if (!closing.signal.aborted) throw thrown;
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await Promise.all([closed, watching]);
    },
  };
}

async function listening(server: ServerType, host: string, port: number): Promise<ServerType> {
  try {
    await once(server, "listening");
    return server;
  } catch (thrown) {
    const isTaken = (thrown as NodeJS.ErrnoException).code === "EADDRINUSE";
    const why = isTaken ? `port ${port} is in use` : messageOf(thrown);
    throw new BestkError("usage", `${host}:${port} can't be listened at: ${why}`, {
      hint: "give another --port N; --port 0 takes a free one",
      cause: thrown,
    });
  }
}
