import { distance } from "fastest-levenshtein";

/** Letters by which a mistyped name differs from the one that was meant: a swap is two. */
const likely = 2;

/** Names in `.env`: settings, those that are almost one, and the others. */
export interface SortedNames {
  settings: string[];
  mistyped: { name: string; meant: string }[];
  others: string[];
}

/** Names by whether they are among the known ones; a mistyped one with the nearest of those. */
export function sortNames(names: readonly string[], known: readonly string[]): SortedNames {
  const found: SortedNames = { settings: names.filter((name) => known.includes(name)), mistyped: [], others: [] };
  for (const name of names.filter((one) => !known.includes(one))) {
    const [nearest] = known
      .map((meant) => ({ meant, letters: distance(meant, name.toUpperCase()) }))
      .sort((a, b) => a.letters - b.letters);
    if (nearest && nearest.letters <= likely) found.mistyped.push({ name, meant: nearest.meant });
    else found.others.push(name);
  }
  return found;
}

/** What is said of a mistyped name. */
export const mistypedSentence = ({ name, meant }: SortedNames["mistyped"][number]): string =>
  `${name} is no setting; is ${meant} meant? Its default is in force. Correct the name in .env and restart the hub.`;
