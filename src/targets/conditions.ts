import type { Condition, ConditionWords } from "../alerts/condition.ts";
import type { Achievement, ItemStanding, Standing } from "./achievement.ts";

/** A target is told of when it is reached with a probability below this, and so many working days are left in which something can be done. */
const unlikelyBelow = 0.2;
const fewestDaysLeft = 5;
/** Items that are named, those with the greatest gaps; the others are counted. */
const mostNamed = 5;

/**
 * The targets of a month that will hardly be reached, each with what would still reach it: that of all items together, and those of items, which are told as
 * one, because ten messages at once are read by nobody.
 */
export function targetConditions({ month, working_days, total, items }: Achievement): Condition[] {
  if (working_days === null || working_days.left < fewestDaysLeft || total === null) return [];
  const unlikely = ({ probability }: Standing): boolean => probability !== null && probability < unlikelyBelow;
  const left = working_days.left;
  const behind = items.filter(unlikely);
  const found = (subject: string, words: Condition["words"]): Condition => ({
    rule: "target-unlikely",
    subject,
    severity: "warning",
    words,
    page: `/dashboard/targets?month=${month}`,
  });
  const ofAll = { ko: korean(month, total, left), en: english(month, total, left) };
  return [
    ...(unlikely(total) ? [found(month, ofAll)] : []),
    ...(behind.length > 0
      ? [found(`${month} items`, { ko: koreanItems(month, behind, left), en: englishItems(month, behind, left) })]
      : []),
  ];
}

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const days = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

/** What a working day brings as forecast. */
const pace = ({ forecast, made }: Standing, left: number): number => Math.max(0, ((forecast ?? made) - made) / left);

/** A probability as it is told: of some hundred tests nobody knows that something is impossible. */
const chance = (probability: number | null): string =>
  probability !== null && probability < 0.01 ? "<1%" : percent.format(probability ?? 0);

function korean(month: string, standing: Standing, left: number): ConditionWords {
  const { target, made, achievement, forecast, forecast_low, forecast_high, probability, needed_per_day } = standing;
  return {
    what: `${month} 전체 목표 ${number.format(target)}개를 달성할 가능성이 ${chance(probability)}입니다. 지금까지 ${number.format(made)}개(${percent.format(achievement)}), 월말 예상 ${number.format(forecast ?? made)}개(80% 구간 ${number.format(forecast_low ?? 0)}~${number.format(forecast_high ?? 0)}개)입니다.`,
    meaning: `남은 작업일 ${days.format(left)}일 동안 하루 ${number.format(needed_per_day ?? 0)}개를 생산해야 목표에 이릅니다. 지금 추세로는 하루 ${number.format(pace(standing, left))}개입니다.`,
    action: koreanAction,
  };
}

function english(month: string, standing: Standing, left: number): ConditionWords {
  const { target, made, achievement, forecast, forecast_low, forecast_high, probability, needed_per_day } = standing;
  return {
    what: `The ${month} target of all items, ${number.format(target)}, is reached with a probability of ${chance(probability)}. Made so far ${number.format(made)} (${percent.format(achievement)}), forecast for the month ${number.format(forecast ?? made)} (80 % interval ${number.format(forecast_low ?? 0)} to ${number.format(forecast_high ?? 0)}).`,
    meaning: `With ${days.format(left)} working days left, ${number.format(needed_per_day ?? 0)} a day would still reach it; as things go it will be ${number.format(pace(standing, left))} a day.`,
    action: englishAction,
  };
}

const koreanAction = "생산 계획을 조정할 수 있는지 확인하고, 어렵다면 목표를 다시 정해 목표 화면에 올리십시오.";
const englishAction = "See whether production can be rescheduled; otherwise set other targets on the targets page.";

function koreanItems(month: string, items: readonly ItemStanding[], left: number): ConditionWords {
  const more = items.length - mostNamed;
  const named = items
    .slice(0, mostNamed)
    .map(
      (item) =>
        `${nameOf(item)}(목표 ${number.format(item.target)}개, 달성률 ${percent.format(item.achievement)}, 월말 예상 ${number.format(item.forecast ?? item.made)}개, 하루 ${number.format(item.needed_per_day ?? 0)}개 필요)`,
    );
  return {
    what: `${month} 목표를 달성하기 어려운 제품이 ${items.length}종 있습니다. ${named.join(", ")}${more > 0 ? ` 외 ${more}종` : ""}.`,
    meaning: `달성 가능성이 20%보다 낮습니다. 남은 작업일은 ${days.format(left)}일입니다.`,
    action: koreanAction,
  };
}

function englishItems(month: string, items: readonly ItemStanding[], left: number): ConditionWords {
  const more = items.length - mostNamed;
  const named = items
    .slice(0, mostNamed)
    .map(
      (item) =>
        `${nameOf(item)} (target ${number.format(item.target)}, made ${percent.format(item.achievement)}, forecast ${number.format(item.forecast ?? item.made)}, ${number.format(item.needed_per_day ?? 0)} a day would still reach it)`,
    );
  return {
    what: `${items.length === 1 ? "One item" : `${items.length} items`} will hardly reach the ${month} target. ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
    meaning: `The chance of each is below 20%. ${days.format(left)} working days are left.`,
    action: englishAction,
  };
}

const nameOf = ({ item_code, item_name }: ItemStanding): string =>
  item_name === null ? item_code : `${item_code} ${item_name}`;
