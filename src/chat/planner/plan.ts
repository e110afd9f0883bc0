import type { Language } from "../../language.ts";
import { addDays, addMonths, daysBetween, startOf } from "../../production/calendar.ts";
import type { Focus, Grain, Intent, ItemMatch, Period, Plan, PlanContext, Planner } from "../types.ts";
import { type Ask, callsFor, dayGrains } from "./calls.ts";
import { defaultPeriod, recentDays } from "./defaults.ts";
import { intentRules, type Mark, markPatterns } from "./grammar/marks.ts";
import {
  allItems,
  amounts,
  baseAfter,
  baseBefore,
  fillers,
  followUps,
  numerals,
  ofTargets,
  outOfScope,
  periodBeforeThat,
  precedingPeriod,
  sameItem,
  samePeriod,
  searchWords,
  sums,
  yearBefore,
} from "./grammar/words.ts";
import { type Asked, type MentionedItems, mentionedItems } from "./items.ts";
import { mentionedLots } from "./lots.ts";
import { plain } from "./markdown.ts";
import {
  findPeriods,
  isWeek,
  type NamedPeriod,
  type NamedPeriods,
  periodAfter,
  periodBefore,
  shifted,
} from "./periods.ts";
import { mostRows } from "./queries.ts";
import { blanked, has, languageOf, normalized, without } from "./text.ts";
import { en } from "./words/en.ts";
import { ko, type Words } from "./words/ko.ts";

const words: Readonly<Record<Language, Words>> = { ko, en };

/** Chooses the tools for a question in Korean or English by the tables of `grammar/`; the same question gives the same plan. */
export const plan: Planner = async (query, { today, newestDay, findItems, previous }) => {
  const language = languageOf(query);
  const help: Plan = { kind: "help", language };
  const asked: Asked = { query, text: normalized(query), leftOver: (part) => leftOver(part, today) };
  const { lots, rest: text } = await mentionedLots(asked, findItems);
  const mentioned = chosen(text, previous) ?? (await mentionedItems({ ...asked, text }, findItems));
  if (has(mentioned.rest, outOfScope)) return help;
  if (has(mentioned.rest, ofTargets)) return ask(language, words[language].ofTargets, [], previous);
  const back = yearsOrPeriodsBack(mentioned.rest);
  const named = findPeriods(without(mentioned.rest, relative), today);
  const [noDay] = named.impossible;
  if (noDay)
    return ask(language, words[language].noSuchDay(plain(mentioned.rest.slice(noDay.start, noDay.end))), [], null);
  if (named.periods.some(({ from }) => from > today)) return help;
  const marks = marksOf(without(rest(mentioned.rest, named.periods), allItems));
  if (isChangeOfParts(marks)) return help;
  const told = intentOf(marks, mentioned.items, named.periods.length, back !== null);
  if (lots.length > 0 && told !== null && !ofLots.includes(told)) return help;
  const found = lots.length > 0 ? "lots" : told;
  const narrowed = narrow(mentioned, previous);
  const goesOn = previous !== null && (found === null || has(text, [...followUps, ...sameItem, ...samePeriod]));
  const wanted = found ?? previous?.intent ?? (narrowed.items.length + named.periods.length > 0 ? "total" : null);
  if (wanted === null) {
    if (narrowed.candidates.length > 0) return which(language, narrowed.candidates, null);
    return marks.has("file") && narrowed.unknown.length === 0
      ? ask(language, words[language].whichFile, [], null)
      : help;
  }
  if (narrowed.unknown.length > 0 && found === null) return help;

  const onlyIntent = named.periods.length === 0 && mentioned.items.length === 0 && mentioned.candidates.length === 0;
  const inherits = previous !== null && lots.length === 0 && (goesOn || onlyIntent);
  const all = has(mentioned.rest, allItems);
  const items = narrowed.items.length > 0 ? narrowed.items : inherits && !all ? previous.items : [];
  const daily = wanted === "total" && marks.has("file") && isForDays(text, named.periods);
  const intent = daily ? "trend" : ofItems(wanted, items, inherits ? previous : null);
  const by = daily ? "day" : grainOf(marks, intent, inherits ? previous : null);
  const before =
    inherits && previous.period && has(mentioned.rest, periodBeforeThat) ? stepBack(previous.period) : null;
  const spoken = before ? [before] : named.periods.map(({ from, to }) => ({ from, to }));
  const recent = spoken.length === 0 && marks.has("recently") && !listing.includes(intent) ? [recentDays(today)] : [];
  const inherited = inherits && previous.period && keeps(previous.period, intent, by) ? [previous.period] : [];
  const explicit = [spoken, recent, inherited].find(({ length }) => length > 0) ?? [];
  const focus: Focus = {
    period: explicit[0] ?? null,
    items,
    intent,
    by,
    ...(lots.length > 0 && { lots }),
    limit:
      amountOf(rest(mentioned.rest, named.periods)) ??
      (found === null ? previous?.limit : undefined) ??
      presetLimit(intent, marks),
  };
  const preset = lots.length > 0 ? null : defaultPeriod(focus, today, newestDay);
  if (intent !== "list") {
    if (narrowed.unknown.length > 0) {
      return ask(language, words[language].notFound(plain(narrowed.unknown.join(" "))), narrowed.candidates, focus);
    }
    if (narrowed.candidates.length > 0) return which(language, narrowed.candidates, focus);
  }

  const assumedPeriod = explicit.length === 0 && preset !== null;
  const keyword = intent === "list" ? mentioned.keyword || searchedWord(text) : "";
  const asks = asksOf(
    { ...focus, base: null, keyword },
    explicit,
    preset,
    back,
    mentioned.rest,
    named.periods,
    { today, newestDay },
    previous,
  );
  if (asks.some(({ intent: one, by: part, period }) => tooLong(one, part, period))) {
    return ask(language, words[language].tooLong(mostRows.toLocaleString("en")), [], focus);
  }
  const last = asks.at(-1)!;
  const calls = new Map(asks.flatMap(callsFor).map((call) => [JSON.stringify(call), call]));
  if (calls.size > mostCalls) return help;
  return {
    kind: "calls",
    calls: [...calls.values()],
    intent: last.intent,
    language,
    focus: { ...focus, intent: last.intent, period: last.period },
    assumedPeriod: assumedPeriod && !(last.intent === "list" && keyword !== ""),
    ...(marks.has("file") && { asFile: true as const }),
    ...(last.intent === "trend" && marks.has("byItem") && items.length === 0 && { alsoByItem: true as const }),
    ...endOfData(explicit.length > 0 || preset === null ? explicit : [preset], newestDay),
  };
};

/** A file of one sum would be a table of one line: unless the sum was asked for, it has the days. */
function isForDays(text: string, [only, ...others]: NamedPeriods["periods"]): boolean {
  if (has(text, sums) || others.length > 0) return false;
  return only === undefined || (only.from !== only.to && daysBetween(only.from, only.to) <= mostDaysInFile);
}

const mostDaysInFile = 400;

/** What items rose and fell by: a question about some of them compares these, and one that only names other days to compare with goes on. */
function ofItems(wanted: Intent, items: readonly ItemMatch[], previous: Focus | null): Intent {
  if (items.length > 0) return changing.includes(wanted) ? "comparison" : wanted;
  return wanted === "comparison" && previous && changing.includes(previous.intent) ? previous.intent : wanted;
}

const changing: readonly Intent[] = ["falls", "rises", "changes"];

/** A year of months, each by itself; more is not a question but a report. */
const mostCalls = 12;

/** Not the words of a period of their own: they say what it is measured by. */
const relative = [...yearBefore, ...precedingPeriod, ...periodBeforeThat, ...samePeriod];

/** What may be asked about a lot: its records answer it. */
const ofLots: readonly Intent[] = ["lots", "history", "last_made", "list", "total", "count"];

/** Intents that list what there is, newest first, and need no period. */
const listing: readonly Intent[] = ["history", "lots", "last_made", "list"];

/** What the grammar does not know: the words that may name an item. */
function leftOver(text: string, today: string): string {
  const plain = without(text, relative);
  const { periods, impossible } = findPeriods(plain, today);
  const unperioded = rest(plain, [...periods, ...impossible]);
  const unmarked = without(unperioded, [...sameItem, ...counted, ...Object.values(markPatterns).flat()]);
  // Twice, because single syllables are fillers only where what stood around them is gone.
  return without(without(unmarked, fillers), fillers);
}

const counted = amounts.map(({ source }) => new RegExp(source, "gu"));

function rest(text: string, periods: NamedPeriods["impossible"]): string {
  let left = without(text, relative);
  for (const { start, end } of periods) left = blanked(left, start, end);
  return left;
}

function marksOf(text: string): ReadonlySet<Mark> {
  const all = Object.entries(markPatterns) as [Mark, readonly RegExp[]][];
  return new Set(all.filter(([, patterns]) => has(text, patterns)).map(([mark]) => mark));
}

/** Whether a question is about how much days or months fell or rose, which no tool tells: the greatest of them is another matter. */
function isChangeOfParts(marks: ReadonlySet<Mark>): boolean {
  const changed = marks.has("fell") || marks.has("rose");
  const greatest = marks.has("most") || marks.has("least") || marks.has("rank");
  return changed && greatest && !marks.has("item") && !marks.has("byItem") && grains.some((grain) => marks.has(grain));
}

function intentOf(
  marks: ReadonlySet<Mark>,
  items: readonly ItemMatch[],
  periods: number,
  back: boolean,
): Intent | null {
  const rule = intentRules.find(
    ({ all, any, none }) =>
      all.every((mark) => marks.has(mark)) &&
      (any === undefined || any.some((mark) => marks.has(mark))) &&
      !none?.some((mark) => marks.has(mark)),
  );
  const intent = rule?.intent ?? null;
  if (intent !== null && changing.includes(intent)) return items.length > 0 ? "comparison" : intent;
  if (back && !marks.has("trend")) return "comparison";
  // "BW0021의 최대 생산량" is about its best day: a ranking of one item says nothing.
  if (items.length > 1 && intent === "ranking") return "total";
  if (items.length > 0 && (intent === "ranking" || intent === "ranking_least")) {
    if (marks.has("most")) return "best";
    if (marks.has("least")) return "worst";
  }
  if (periods === 2 && !marks.has("combined") && (intent === "total" || intent === "average" || intent === "count"))
    return "comparison";
  return intent;
}

const grains: readonly Grain[] = ["weekday", "day", "week", "month", "quarter", "year"];

function grainOf(marks: ReadonlySet<Mark>, intent: Intent, previous: Focus | null): Grain | undefined {
  if (!["trend", "best", "worst", "average_by"].includes(intent)) return undefined;
  const marked = grains.find((grain) => marks.has(grain));
  const before = previous?.intent === intent ? previous.by : undefined;
  return marked ?? before ?? (intent === "trend" ? "month" : "day");
}

/** How many items are shown where the question names no number: "제품별" means more than the first few. */
function presetLimit(intent: Intent, marks: ReadonlySet<Mark>): number | undefined {
  return intent === "ranking" && marks.has("byItem") ? 20 : undefined;
}

function amountOf(text: string): number | undefined {
  for (const pattern of amounts) {
    const n = pattern.exec(text)?.groups?.n;
    const amount = n === undefined ? Number.NaN : (numerals[n] ?? Number(n));
    if (amount >= 1) return amount;
  }
  return undefined;
}

/** The word that is searched for, also where the grammar knows it, as "Monthly" in a name. */
function searchedWord(text: string): string {
  for (const pattern of searchWords) {
    const word = pattern.exec(text)?.groups?.word;
    if (word !== undefined) return word;
  }
  return "";
}

/** What a period is compared with where words say so: the same days a year before, or those just before. */
function yearsOrPeriodsBack(text: string): ((period: Period) => Period) | null {
  if (has(text, yearBefore)) return (period) => shifted(period, -12);
  return has(text, precedingPeriod) ? stepBack : null;
}

function stepBack(period: Period): Period {
  if (!isWeek(period)) return periodBefore(period);
  const back = (day: string): string =>
    new Date(Date.parse(`${day}T00:00:00Z`) - 7 * 86_400_000).toISOString().slice(0, 10);
  return { from: back(period.from), to: back(period.to) };
}

/** Whether the period of the question before does for this one: a course needs several parts. */
function keeps(period: Period, intent: Intent, by: Grain | undefined): boolean {
  const days = daysBetween(period.from, period.to) + 1;
  if (intent === "trend") return by === "day" || by === "weekday" ? days > 2 : by === "week" ? days > 13 : days > 31;
  return intent !== "last_made" && intent !== "list";
}

/** The single questions that one question consists of. */
function asksOf(
  one: Ask,
  periods: readonly Period[],
  preset: Period | null,
  back: ((period: Period) => Period) | null,
  text: string,
  named: readonly NamedPeriod[],
  { today, newestDay }: Pick<PlanContext, "today" | "newestDay">,
  previous: Focus | null,
): Ask[] {
  if (!comparing.includes(one.intent)) {
    const all = periods.length === 0 ? [preset] : one.intent === "trend" ? adjoined(periods) : periods;
    return all.map((period) => ({ ...one, period: period && coursed(period, one, today) }));
  }
  if (periods.length > 2) return periods.map((period) => ({ ...one, intent: "total", period }));
  if (periods.length < 2 && !back && one.items.length > 1) {
    return [{ ...one, intent: "total", period: periods[0] ?? preset! }];
  }
  const [first, second] = periods.map((period) => untilData(period, today, newestDay));
  if (first && second) {
    const [earlier, later] =
      first.from < second.from || (first.from === second.from && first.to < second.to)
        ? [first, second]
        : [second, first];
    // "지난달에 전달보다", where both mean the same month.
    if (first.from === second.from && first.to === second.to) return [{ ...one, period: first, base: stepBack(first) }];
    const years =
      named.length === 2 && named.some(({ start, end }) => relativeYear.test(text.slice(start, end).trim()));
    return [{ ...one, period: later, base: sameOfYear(earlier, later, years) }];
  }
  const main = first ?? untilData(preset!, preset!.to, newestDay);
  if (!back && named.length === 1 && isBase(text, named[0]!)) {
    const later = previous?.period && previous.period.from > main.from ? previous.period : null;
    const asOf = newestDay !== null && newestDay > main.to && newestDay < today ? newestDay : today;
    return [{ ...one, ...(later ? { period: later, base: main } : sinceThen(main, asOf)) }];
  }
  return [{ ...one, period: main, base: (back ?? stepBack)(main) }];
}

/** Intents that measure one period by another. */
const comparing: readonly Intent[] = ["comparison", ...changing];

/** A period that is not over as far as there are data: days that nothing is known of yet would make it look as if it fell. */
function untilData({ from, to }: Period, today: string, newestDay: string | null): Period {
  if (newestDay === null || newestDay >= to || newestDay < from) return { from, to };
  return to >= today || daysBetween(newestDay, to) > mostQuietDays ? { from, to: newestDay } : { from, to };
}

/** So many days without a row at the end of a period may be a weekend and a holiday. */
const mostQuietDays = 3;

/** The last day of data where that matters for an answer: all of a period, or more of its end than is usual without production, lies behind it. */
function endOfData(periods: readonly Period[], newestDay: string | null): { newestDay: string } | null {
  if (newestDay === null) return null;
  const matters = periods.some(({ from, to }) => from > newestDay || daysBetween(newestDay, to) > mostQuietDays);
  return matters ? { newestDay } : null;
}

/** Years that are named from the present one. */
const relativeYear =
  /^(?:(?:지난|지지난)\s*해|작년|재작년|전년)도?$|^\d+\s*년\s*전$|(?:last|previous|past|before last|ago)/u;

/**
 * What a later period is measured by where an earlier one is named as well: that one, but of a year as a whole the part that the later one is
 * of its own year ("this quarter against last year"), and of the same part of a year no more than has passed of the later one.
 */
function sameOfYear(earlier: Period, later: Period, hasYear: boolean): Period {
  const back = 12 * (Number(later.from.slice(0, 4)) - Number(earlier.from.slice(0, 4)));
  const same = shifted(later, -back);
  const isYear = earlier.from.endsWith("-01-01") && earlier.to.endsWith("-12-31");
  const covers = earlier.from <= same.from && earlier.to > same.to && back > 0;
  if (covers && (earlier.from === same.from || (isYear && hasYear))) return same;
  return earlier;
}

/** Periods that follow each other as one. */
function adjoined(periods: readonly Period[]): Period[] {
  const all: Period[] = [];
  for (const { from, to } of [...periods].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = all.at(-1);
    if (last && addDays(last.to, 1) === from) all.splice(-1, 1, { from: last.from, to });
    else all.push({ from, to });
  }
  return all;
}

/** Months of a course are whole ones: "the last 6 months" are this one and the five before it. */
function coursed(period: Period, { intent, by }: Ask, today: string): Period {
  if (intent !== "trend" || by !== "month" || period.to !== today || period.from.endsWith("-01")) return period;
  const start = startOf(period.from, "month");
  return daysBetween(period.from, today) < 28 ? period : { from: addMonths(start, 1), to: today };
}

function isBase(text: string, { start, end }: NamedPeriod): boolean {
  return baseAfter.test(text.slice(end)) || baseBefore.test(text.slice(0, start));
}

/** What is compared with a past period where only that is named: the one of its length that today lies in, as far as it goes, and as much of the past one. */
function sinceThen(base: Period, today: string): { period: Period; base: Period } {
  let now = base;
  while (now.to < today) now = periodAfter(now);
  const to = addDays(base.from, daysBetween(now.from, today));
  return {
    period: { from: now.from, to: today },
    base: { from: base.from, to: to < base.to && now.to > today ? to : base.to },
  };
}

/** Figures by day come in one query of so many rows at most. */
function tooLong(intent: Intent, by: Grain | undefined, period: Period | null): boolean {
  if (!period || !by || !dayGrains.includes(by) || !["trend", "best", "worst", "average_by"].includes(intent))
    return false;
  const grouped = by !== "day" || intent === "trend";
  return grouped && daysBetween(period.from, period.to) >= mostRows;
}

/** The answer to a question back: a number of its list. */
function chosen(text: string, previous: Focus | null): MentionedItems | null {
  const number = /^(?:no\.? ?|number |#)?(\d{1,2})\s*(?:번째|번)?\s*(?:요|이요|으로|거|것|제품)?[.!]?$/u.exec(
    text,
  )?.[1];
  const item = number === undefined ? undefined : previous?.choices?.[Number(number) - 1];
  return item ? { items: [item], candidates: [], unknown: [], rest: "", keyword: item.item_code } : null;
}

/** After a question back, parts of names mean those of its list that fit. */
function narrow(mentioned: MentionedItems, previous: Focus | null): MentionedItems {
  const choices = new Set(previous?.choices?.map(({ item_code }) => item_code));
  const fitting = mentioned.candidates.filter(({ item_code }) => choices.has(item_code));
  if (fitting.length === 0 || mentioned.unknown.length > 0) return mentioned;
  return fitting.length === 1
    ? { ...mentioned, items: fitting, candidates: [] }
    : { ...mentioned, candidates: fitting };
}

function ask(language: Language, question: string, candidates: ItemMatch[], focus: Focus | null): Plan {
  return {
    kind: "ask",
    question,
    candidates,
    language,
    focus: focus && candidates.length > 0 ? { ...focus, choices: candidates } : focus,
  };
}

function which(language: Language, candidates: ItemMatch[], focus: Focus | null): Plan {
  return ask(
    language,
    words[language].which(candidates.length),
    candidates,
    focus ?? { period: null, items: [], intent: "total" },
  );
}
