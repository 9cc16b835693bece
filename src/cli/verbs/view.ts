// `bestk view`: the report of runs in the browser, with all logs and trajectories, while a run goes on too.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Command, InvalidArgumentError } from "commander";
import { openAggregator } from "../../run/aggregators.js";
import { pageAssets } from "../../run/pageAssets.js";
import { openView } from "../../run/view.js";
import { listenForInterrupt } from "../interrupt.js";
import { collect, type GlobalOptions } from "../options.js";
import { openTerminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { bestkVersion } from "../version.js";

interface Options extends GlobalOptions {
  readonly port: number;
  readonly host: string;
  readonly open: boolean;
  readonly aggregator: string;
  readonly table?: string;
  readonly patches?: readonly string[];
}

const DEFAULT_PORT = 7340;

export const view: Verb = {
  name: "view",
  examples: [
    ["bestk view my-run", "the report of a run, which may still be going on; Ctrl-C ends it"],
    ["bestk view run-a run-b --port 8080", "two runs, compared on the instances that both have"],
  ],
  ignores: ["seed", "jobs", "limit", "only", "events", "dry-run"],
  define: (command: Command) =>
    command
      .description("serve the report of runs with all logs and trajectories, and follow a run that is going on")
      .argument("<runs...>", "run directories; also evidence or tables")
      .option("--port <n>", "port to listen at; 0 takes a free one", portNumber, DEFAULT_PORT)
      .option("--host <address>", "address to listen at: everyone who can reach it can read the runs", "127.0.0.1")
      .option("--open [yes]", "also open the page in the browser: true or false", yesOrNo, false)
      .option("-a, --aggregator <name>", "which one decides, for evidence without a run directory", "hybrid")
      .option("--patches <candidates>", "files that hold the patches, where the evidence has none", collect)
      .option("--table <name>", "read the evidence as this table, whatever its content says"),
  act: async ([paths], options) => {
    const settings = options as unknown as Options;
    const terminal = openTerminal(options);
    const { host, port, table, patches, open } = settings;
    const interrupt = listenForInterrupt(() => {});
    try {
      await using server = await openView({
        paths: paths as string[],
        evidence: {
          aggregator: openAggregator(settings.aggregator).name,
          skipBad: settings.skipBad === true,
          signal: interrupt.drain,
          ...(table === undefined ? {} : { table }),
          ...(patches === undefined ? {} : { patches }),
        },
        assets: await pageAssets(),
        bestk: bestkVersion(),
        host,
        port,
      });
      terminal.data({ schema: "bestk.view/1", url: server.url });
      terminal.result(server.url);
      terminal.note("Ctrl-C ends it");
      if (open) openBrowser(server.url, (message) => terminal.warn(message));
      if (!interrupt.drain.aborted) await once(interrupt.drain, "abort");
      return 0;
    } finally {
      interrupt.dispose();
    }
  },
};

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("expected a port from 0 to 65535.");
  return port;
}

function yesOrNo(text: string): boolean {
  if (text !== "true" && text !== "false") throw new InvalidArgumentError("expected true or false.");
  return text === "true";
}

const BROWSERS: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: "open", win32: "explorer.exe" };

function openBrowser(url: string, warn: (message: string) => void): void {
  const program = BROWSERS[process.platform] ?? "xdg-open";
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  child.on("error", () => warn(`no browser could be opened (${program} is missing)`));
  child.unref();
}
