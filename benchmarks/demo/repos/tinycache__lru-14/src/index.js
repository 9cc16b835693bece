export { LruCache } from "./lru.js";
export { TtlCache } from "./ttl.js";
