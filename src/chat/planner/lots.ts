import type { PlanContext } from "../types.ts";
import { lotNumbers } from "./grammar/words.ts";
import type { Asked } from "./items.ts";

/**
 * The lots that a question names by their numbers, or by how these begin, as they are written, and the question without them. What is a period, or
 * a part of an item's code or name, is none.
 */
export async function mentionedLots(
  { query, text, leftOver }: Asked,
  findItems: PlanContext["findItems"],
): Promise<{ lots: string[]; rest: string }> {
  const found = new Map<string, string>();
  const written = query.normalize("NFKC");
  let rest = text;
  const matches = lotNumbers.flatMap((pattern) => [...text.matchAll(pattern)]);
  const places = matches.map(({ index, 0: match, groups }) => ({
    lot: groups!.lot!,
    at: index + match.indexOf(groups!.lot!),
  }));
  for (const { lot } of places.sort((a, b) => a.at - b.at)) {
    const isLot = found.has(lot) || (/[a-z0-9]/u.test(leftOver(lot)) && (await findItems(lot)).length === 0);
    if (!isLot) continue;
    const at = written.toLowerCase().indexOf(lot);
    found.set(lot, at < 0 ? lot : written.slice(at, at + lot.length));
    rest = rest.replaceAll(lot, " ".repeat(lot.length));
  }
  return { lots: [...found.values()], rest };
}
