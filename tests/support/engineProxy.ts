// A socket in front of the engine's that can be killed in the middle of everything, and started again.
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { engineSocket } from "./engine.js";

export interface EngineProxy extends AsyncDisposable {
  readonly path: string;
  /** Breaks every connection and takes no new one. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function engineProxy(path: string): Promise<EngineProxy> {
  const sockets = new Set<Socket>();
  let server: Server | null = null;
  const proxy: EngineProxy = {
    path,
    kill: async () => {
      const ending = server;
      server = null;
      const closed = new Promise<void>((resolve) => (ending === null ? resolve() : ending.close(() => resolve())));
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await closed;
    },
    start: async () => {
      const fresh = createServer({ allowHalfOpen: true }, (near) => {
        const far = createConnection({ path: engineSocket(), allowHalfOpen: true });
        for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
        near.pipe(far).pipe(near);
      });
      server = fresh;
      await new Promise<void>((resolve) => fresh.listen(path, resolve));
    },
    [Symbol.asyncDispose]: () => proxy.kill(),
  };
  await proxy.start();
  return proxy;
}
