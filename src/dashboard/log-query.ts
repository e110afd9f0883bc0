import { z } from "zod";
import { type LogFilter, logLevels } from "../observe/log-reader.ts";

/** Numbers of lines to choose from. */
export const lineCounts = [100, 300, 1000] as const;

const fields = {
  level: z.enum(logLevels).catch("all"),
  search: z.string().max(200).catch(""),
  lines: z.coerce
    .number()
    .refine((count) => lineCounts.some((one) => one === count))
    .catch(lineCounts[1]),
};

/** What of which log an address asks for. A log that is none of `names` is the first of them; null where there is none. */
export function readLogQuery(
  query: URLSearchParams,
  names: readonly string[],
): { name: string; filter: LogFilter } | null {
  const asked = query.get("log");
  const name = names.find((one) => one === asked) ?? names[0];
  if (name === undefined) return null;
  return {
    name,
    filter: {
      level: fields.level.parse(query.get("level") ?? undefined),
      search: fields.search.parse(query.get("search")?.trim() ?? ""),
      lines: fields.lines.parse(query.get("lines") ?? undefined),
    },
  };
}
