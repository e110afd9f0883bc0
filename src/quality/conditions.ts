import type { Condition, ConditionSource } from "../alerts/condition.ts";
import { type Language, languages } from "../language.ts";
import { kinds } from "./finding.ts";
import type { FindingsStore, KeptFinding } from "./findings-store.ts";
import { describe, numbersIn, wordsIn } from "./words.ts";

/** Findings named in an alert. */
const mostNamed = 3;

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
  const { alert, kinds } = wordsIn(language);
  const { title, action } = kinds[own[0]!.kind];
  const named = own.slice(0, mostNamed).map((finding) => describe(finding, language));
  const more = own.length > mostNamed ? " …" : "";
  return {
    what: `${alert.what(title, numbersIn(language).count(own.length))} ${named.join(" ")}${more}`,
    meaning: alert.meaning,
    action: `${action} ${alert.action}`,
  };
}
