/** What a process and all that it started take. */
export interface TreeUse {
  /** Memory, bytes: what is resident of the first process, and of the others what they do not share with it (the executable's own pages). */
  memoryBytes: number;
  /** Processor time since the first one started, ms, with that of processes that have ended. */
  cpuMs: number;
  processes: number;
}
