import type { Language } from "../../language.ts";
import { daysBetween } from "../../production/calendar.ts";
import type { Focus, ItemMatch, Plan, Planner } from "../types.ts";
import { asksOf, endOfData, keeps, stepBack, tooLong, yearsOrPeriodsBack } from "./asked-days.ts";
import { callsFor } from "./calls.ts";
import { defaultPeriod, recentDays } from "./defaults.ts";
import { markPatterns } from "./grammar/marks.ts";
import {
  allItems,
  amounts,
  fillers,
  followUps,
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
import {
  amountOf,
  grainOf,
  intentOf,
  isChangeOfParts,
  listing,
  marksOf,
  ofItems,
  ofLots,
  presetLimit,
} from "./intents.ts";
import { type Asked, type MentionedItems, mentionedItems } from "./items.ts";
import { mentionedLots } from "./lots.ts";
import { plain } from "./markdown.ts";
import { findPeriods, type NamedPeriods } from "./periods.ts";
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

/** A year of months, each by itself; more is not a question but a report. */
const mostCalls = 12;

/** Not the words of a period of their own: they say what it is measured by. */
const relative = [...yearBefore, ...precedingPeriod, ...periodBeforeThat, ...samePeriod];

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

/** The word that is searched for, also where the grammar knows it, as "Monthly" in a name. */
function searchedWord(text: string): string {
  for (const pattern of searchWords) {
    const word = pattern.exec(text)?.groups?.word;
    if (word !== undefined) return word;
  }
  return "";
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
