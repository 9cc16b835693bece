import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { deadline } from "../../src/core/deadline.js";

const never = new AbortController().signal;

describe("deadline", () => {
  it("fires though everything unreachable was collected meanwhile", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const server = createServer(() => {});
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const ask = async (): Promise<boolean> => {
      using limit = deadline(never, 400);
      await fetch(`http://127.0.0.1:${port}/`, { signal: limit.signal }).catch(() => {});
      return limit.expired;
    };
    const asked = [ask(), ask(), ask()];
    await sleep(100);
    collect();
    expect(await Promise.all(asked)).toEqual([true, true, true]);
    server.closeAllConnections();
    server.close();
  }, 10_000);

  it("tells the limit from the signal, passes the signal's reason on, and leaves nothing behind", async () => {
    const stop = new AbortController();
    using stopped = deadline(stop.signal, 20);
    stop.abort("why");
    expect([stopped.signal.aborted, stopped.signal.reason, stopped.expired]).toEqual([true, "why", false]);
    await sleep(40);
    expect([stopped.signal.reason, stopped.expired]).toEqual(["why", false]);
    using late = deadline(stop.signal, 20);
    expect(late.signal.aborted).toBe(true);
    using limit = deadline(never, 1);
    await sleep(20);
    expect([(limit.signal.reason as DOMException).name, limit.expired]).toEqual(["TimeoutError", true]);
    const free = new AbortController();
    const disposed = deadline(free.signal, 1);
    disposed[Symbol.dispose]();
    free.abort();
    await sleep(20);
    expect([disposed.signal.aborted, disposed.expired]).toEqual([false, false]);
  });
});
