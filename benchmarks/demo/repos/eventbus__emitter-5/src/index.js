export { Emitter } from "./emitter.js";
export { waitFor } from "./waitFor.js";
