// How the preparation of an instance ends early: the machine failed again and again, or the instance can't be prepared.
import type { BestkError } from "../core/errors.js";
import type { Task } from "../core/types.js";
import type { SandboxError } from "../sandbox/sandbox.js";
import { type Attempted, type AttemptOptions, attempt, type FailedAttempt } from "./attempts.js";

/** An instance that can't be verified. */
export interface FailedInstance {
  readonly failure: SandboxError | BestkError;
  readonly failed: readonly FailedAttempt[];
}

/** No earlier run measured what was asked for. */
export class NotMeasured extends Error {}

/** The end of an instance, on its way through the steps. */
class GivenUp extends Error {
  readonly failure: FailedInstance["failure"];
  readonly failed: readonly FailedAttempt[];

  constructor({ error, failed }: Extract<Attempted<unknown>, { ok: false }>) {
    super(error.message, { cause: error });
    this.failure = error;
    this.failed = failed;
  }
}

/** Does a step; throws what `failedInstance` takes once the machine has failed it for good. */
export async function must<T>(
  instanceId: string,
  what: "image" | "base",
  options: Omit<AttemptOptions, "instanceId">,
  job: () => Promise<T>,
): Promise<T> {
  const done = await attempt({ ...options, instanceId }, job);
  if (!done.ok) {
    options.emit({ type: "given-up", what, instanceId, message: done.error.message });
    throw new GivenUp(done);
  }
  return done.value;
}

/** What a step that was given up threw, as a result; throws anything else again. */
export function failedInstance(
  thrown: unknown,
  { instanceId }: Task,
  { emit }: Pick<AttemptOptions, "emit">,
): FailedInstance {
  if (!(thrown instanceof GivenUp)) throw thrown;
  emit({ type: "warning", message: `${instanceId}: ${thrown.failure.message}` });
  return { failure: thrown.failure, failed: thrown.failed };
}
