/** Which content of a source was read. */
export interface SourceVersion {
  /** What a look said of it. */
  version: string;
  /** Content mark, see `contentMark`. */
  mark: string;
  /** When it was looked at, ms since the epoch: a write soon before may hide another one behind the same time. */
  lookedAt: number;
}
