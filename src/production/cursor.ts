/** Position in the record order: the last row of the page before. */
export interface Cursor {
  /** Stored date text. */
  d: string;
  id: number;
  src: "live" | "archive";
  /** Name of the segment, only where the next row has the same text, source and id in another archive file. */
  seg?: string | undefined;
}

/** Renders a cursor for the client: URL-safe base64 of its JSON. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/** Reads a client's cursor; null where it is none of `encodeCursor`. */
export function decodeCursor(text: string): Cursor | null {
  // Buffer would pass over what is no base64.
  if (!/^[\w-]+=*$/.test(text)) return null;
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "base64url")));
  } catch {
    return null;
  }
  if (typeof read !== "object" || read === null) return null;
  const { d, id, src, seg } = read as Record<string, unknown>;
  if (typeof d !== "string" || !Number.isSafeInteger(id) || (src !== "live" && src !== "archive")) return null;
  if (seg !== undefined && typeof seg !== "string") return null;
  return { d, id: id as number, src, ...(seg === undefined ? {} : { seg }) };
}
