// Container tests run where an engine answers and has the test image; elsewhere they are skipped, and the reporter says
// how many. Under BESTK_REQUIRE_DOCKER=1 (.ci/run) they fail instead.
import { describe, it } from "vitest";
import { messageOf } from "../../src/core/errors.js";
import { connect } from "../../src/sandbox/docker.js";
import { ENGINE_MARK } from "./engineMark.js";

/** Made by tests/support/make-image.sh: Debian with python3, pytest, git and patch. */
export const TEST_IMAGE = "bestk-test:py3";

/** Path of the engine's Unix socket, for tests that put something between. */
export function engineSocket(): string {
  const host = process.env.DOCKER_HOST ?? "";
  return host.startsWith("unix://") ? host.slice("unix://".length) : "/var/run/docker.sock";
}

/** A suite of container tests. */
export function describeWithEngine(name: string, suite: () => void): void {
  const required = process.env.BESTK_REQUIRE_DOCKER === "1";
  if (missing !== null && required) {
    describe(`${name} ${ENGINE_MARK}`, () => {
      it("has an engine", () => {
        throw new Error(`BESTK_REQUIRE_DOCKER=1, and ${missing}`);
      });
    });
    return;
  }
  describe.skipIf(missing !== null)(`${name} ${ENGINE_MARK}`, suite);
}

const missing = await whatIsMissing();

async function whatIsMissing(): Promise<string | null> {
  try {
    const found = await connect().image(TEST_IMAGE, AbortSignal.timeout(5_000));
    return found === null ? `the engine has no image ${TEST_IMAGE}: run tests/support/make-image.sh` : null;
  } catch (thrown) {
    return `no container engine answers: ${messageOf(thrown)}`;
  }
}
