// A file of its own, because the reporter must not load the suites' helpers.

/** In the name of every suite that needs an engine, for the reporter to count by. */
export const ENGINE_MARK = "[engine]";
