import type { Condition, ConditionSource } from "../alerts/condition.ts";
import { type Language, languages } from "../language.ts";
import { extentOf } from "./extent.ts";
import { kinds } from "./finding.ts";
import type { FindingsStore, KeptFinding } from "./findings-store.ts";
import { numbersIn, wordsIn } from "./words.ts";

/** One condition for each kind that has open findings, with their number; never critical, because no data are in danger. From memory. */
export function qualityConditions(store: FindingsStore): ConditionSource {
  return () => {
    const open = store.list().filter(({ state }) => state === "open");
    return kinds.flatMap((kind): Condition[] => {
      const own = open.filter((finding) => finding.kind === kind);
      if (own.length === 0) return [];
      const severity = own.some((finding) => finding.severity === "warning") ? "warning" : "info";
      const words = Object.fromEntries(languages.map((language) => [language, wordsOf(own, language)]));
      return [
        {
          rule: `quality-${kind}`,
          subject: "",
          severity,
          words: words as Condition["words"],
          page: "/dashboard/quality",
        },
      ];
    });
  };
}

function wordsOf(own: readonly KeptFinding[], language: Language): Condition["words"][Language] {
  const { alert, kinds, extent } = wordsIn(language);
  const { kind } = own[0]!;
  const { title, meaning, action } = kinds[kind];
  const much = extent(extentOf(kind, own), numbersIn(language).count);
  return { what: alert(title, much, exampleOf(own[0]!, language)), meaning, action };
}

/** What one finding is about, in a few words: the page has the rest. */
function exampleOf({ kind, figures, day, item, rows }: KeptFinding, language: Language): string {
  const parts = [
    figures.file === undefined ? null : wordsIn(language).file(figures.file),
    item,
    day ?? (typeof figures.to === "string" && kind !== "misplaced-rows" ? `${figures.from} ~ ${figures.to}` : null),
    day === null && rows[0] ? `'${rows[0].production_date}'` : null,
  ];
  return parts.filter((part) => part !== null && part !== "").join(", ");
}
