// Ends a group of jobs as one: what no other work can mend (a full disk, a bug) stops the others, and all are waited for.

/** Signals of a group: those given, and the group's own failure. */
export interface Together {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
  /**
   * The results of all jobs. Throws the first failure of the group, and only when every job has ended, so that none
   * works on in a run directory that was given up.
   */
  all<T>(jobs: readonly Promise<T>[]): Promise<T[]>;
}

export function workTogether({ drain, stop }: { readonly drain: AbortSignal; readonly stop: AbortSignal }): Together {
  const failed = new AbortController();
  return {
    drain: AbortSignal.any([drain, failed.signal]),
    stop: AbortSignal.any([stop, failed.signal]),
    all: async (jobs) => {
      for (const job of jobs) job.catch((thrown: unknown) => failed.abort(thrown));
      await Promise.allSettled(jobs);
      failed.signal.throwIfAborted();
      return Promise.all(jobs);
    },
  };
}
