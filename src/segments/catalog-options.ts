/** What a catalog is made for. */
export interface CatalogOptions {
  databaseDir: string;
  mirrorDir: string;
  archiveCutoffYear: number | null;
  mirrorMaxMb: number;
  /** Daily totals are kept, so that large mirrors need no index for summaries. */
  rollup: boolean;
  /** Size in bytes above which a changed file is not copied within a request but grows by a tail; for tests on small files. */
  promptBytes?: number;
  /** How long a file with a tail must have been quiet to be mirrored as a whole, ms. */
  foldQuietMs?: number;
  /** True while a rollover takes rows out of Live. */
  isRollover?: () => boolean;
  /** Called with a sentence for operators whenever the state of a file changes. */
  report: (level: "info" | "warn", message: string) => void;
  /** Called whenever another version of the data answers. */
  onPublish?: () => void;
}
