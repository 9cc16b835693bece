// In what order the instances of a run are worked on, and which piece of work is next: an image is used up before the next one.
import { group } from "d3-array";
import type { Task } from "../core/types.js";

/** Does jobs a bounded number at a time; among those that wait, the smallest place first, then the first to ask. */
export type WorkQueue = <T>(job: () => Promise<T>, place?: number) => Promise<T>;

/** `jobs` is asked whenever a job could begin, so that it may change while work goes on. */
export function workQueue(jobs: () => number): WorkQueue {
  const waiting: { readonly place: number; readonly begin: () => void }[] = [];
  let running = 0;
  const next = (): void => {
    while (running < jobs() && waiting.length > 0) {
      running += 1;
      waiting.shift()?.begin();
    }
  };
  return <T>(job: () => Promise<T>, place = 0) =>
    new Promise<T>((resolve, reject) => {
      const begin = (): void => {
        // In a turn of its own: a job that throws at once must not end the loop that begins jobs.
        Promise.resolve()
          .then(job)
          .then(resolve, reject)
          .finally(() => {
            running -= 1;
            next();
          });
      };
      const behind = waiting.findIndex((other) => other.place > place);
      waiting.splice(behind === -1 ? waiting.length : behind, 0, { place, begin });
      next();
    });
}

/** Instances that run in the same image stand beside each other; else as they were. No result depends on the order. */
export function inImageOrder<T extends { readonly task: Pick<Task, "instanceId" | "environment"> }>(
  instances: readonly T[],
): readonly T[] {
  return [...group(instances, ({ task }) => imageOf(task)).values()].flat();
}

/** What has to be on the machine before an instance can run: its image, or the one that its own is made from. */
export function imageOf({ instanceId, environment }: Pick<Task, "instanceId" | "environment">): string {
  return environment.image ?? environment.baseImage ?? environment.repository ?? instanceId;
}
