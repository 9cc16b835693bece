// Whose failure a failed call to the engine is, and why an image could not be fetched, in words for people.
import { messageOf } from "../core/errors.js";
import { SandboxError } from "./sandbox.js";

const GONE = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "EACCES", "ENOTFOUND", "EHOSTUNREACH"]);

/** A failure of a call to the engine, by what its client or the engine said. */
export function explainEngine(address: string, thrown: unknown): SandboxError {
  if (thrown instanceof SandboxError) return thrown;
  const { code, statusCode } = thrown as { code?: string; statusCode?: number };
  const message = messageOf(thrown).trim();
  const cause = { cause: thrown };
  if ((code !== undefined && GONE.has(code)) || /socket hang up|is the docker daemon running/i.test(message)) {
    return new SandboxError("engine-gone", `the engine at ${address} is gone (${code ?? message})`, cause);
  }
  if (/no space left on device/i.test(message)) return new SandboxError("disk-full", message, cause);
  if (/no such image|manifest unknown/i.test(message)) return new SandboxError("image-missing", message, cause);
  if (/pull access denied|toomanyrequests|rate limit|unauthorized/i.test(message)) {
    return new SandboxError("pull-refused", message, cause);
  }
  return new SandboxError("other", statusCode === undefined ? message : `engine: ${message}`, cause);
}

/** Why an image that the engine lacks could not be fetched; failures that are not about the image stay as they are. */
export function unfetched(reference: string, address: string, thrown: unknown): unknown {
  if (!(thrown instanceof SandboxError) || !["other", "image-missing", "pull-refused"].includes(thrown.failure))
    return thrown;
  const said = thrown.message.replace(/^engine: /, "").trim();
  const lacks = `the engine at ${address} has no image ${reference}`;
  const because = (failure: SandboxError["failure"], why: string): SandboxError =>
    new SandboxError(failure, `${lacks}, and ${why}`, { cause: thrown });
  const registry = /https?:\/\/([^/"\s]+)/.exec(said)?.[1] ?? "its registry";
  if (
    /no such host|server misbehaving|network is unreachable|no route to host|connection refused|i\/o timeout|context deadline|Client\.Timeout/i.test(
      said,
    )
  ) {
    const last = said.split(": ").at(-1) ?? said;
    return because("other", `${registry} can't be reached to fetch it (${last})`);
  }
  if (/toomanyrequests|rate limit/i.test(said))
    return because("pull-refused", "its registry takes no more requests for now");
  if (thrown.failure === "pull-refused")
    return because("pull-refused", "its registry doesn't have it, or asks for a login");
  if (thrown.failure === "image-missing") return because("image-missing", "its registry has no such tag");
  return because("other", `it can't be fetched (${said})`);
}
