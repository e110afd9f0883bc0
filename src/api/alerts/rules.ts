import { builtInRules, otherRule, type Rule, rule, settledMs } from "../../alerts/rule.ts";
import type { Language } from "../../language.ts";
import { kinds } from "../../quality/finding.ts";
import { wordsIn } from "../../quality/words.ts";

/** Rules of the search for faults in the data: one for each kind of finding. */
const qualityRules: readonly Rule[] = kinds.map((kind) => {
  const about = (language: Language): string => wordsIn(language).kinds[kind].title;
  return rule(`quality-${kind}`, ["info", "warning"], [60_000, settledMs], {
    ko: `데이터 품질 화면에 확인하지 않은 항목이 있습니다: ${about("ko")}.`,
    en: `There are findings on the page "Data quality" that nobody has accepted: ${about("en")}.`,
  });
});

/** Every rule that `ALERT_OFF` can name. */
export const allRules: readonly Rule[] = [...builtInRules, ...qualityRules];

const byId = new Map(allRules.map((one) => [one.id, one]));

/** How long a rule waits, and whether it reminds. */
export const timingOf = (id: string): Pick<Rule, "forMs" | "keepForMs" | "reminds"> => byId.get(id) ?? otherRule;
