import type { Condition, ConditionWords } from "../alerts/condition.ts";
import type { Language } from "../language.ts";
import type { Achievement, Standing } from "./achievement.ts";

/** A target is told of when it is reached with a probability below this, and so many working days are left in which something can be done. */
const unlikelyBelow = 0.2;
const fewestDaysLeft = 5;
/** Items that are told of one by one: the greatest gaps; more are on the page. */
const mostItems = 20;

/** The targets of a month that will hardly be reached, each with what would still reach it: of all items together, then of the greatest gaps. */
export function targetConditions({ month, working_days, total, items }: Achievement): Condition[] {
  if (working_days === null || working_days.left < fewestDaysLeft || total === null) return [];
  const unlikely = ({ probability }: Standing): boolean => probability !== null && probability < unlikelyBelow;
  const left = working_days.left;
  const page = `/dashboard/targets?month=${month}`;
  const found = (subject: string, name: Record<Language, string>, standing: Standing): Condition => ({
    rule: "target-unlikely",
    subject,
    severity: "warning",
    words: { ko: korean(month, name.ko, standing, left), en: english(month, name.en, standing, left) },
    page,
  });
  const whole = { ko: "전체 목표", en: "The target of all items" };
  return [
    ...(unlikely(total) ? [found(month, whole, total)] : []),
    ...items
      .filter(unlikely)
      .slice(0, mostItems)
      .map((item) => {
        const name = item.item_name === null ? item.item_code : `${item.item_code} ${item.item_name}`;
        return found(`${month} ${item.item_code}`, { ko: name, en: name }, item);
      }),
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

function korean(month: string, name: string, standing: Standing, left: number): ConditionWords {
  const { target, made, achievement, forecast, forecast_low, forecast_high, probability, needed_per_day } = standing;
  return {
    what: `${name}: ${month} 목표 ${number.format(target)}개를 달성할 가능성이 ${chance(probability)}입니다. 지금까지 ${number.format(made)}개(${percent.format(achievement)}), 월말 예상 ${number.format(forecast ?? made)}개(80% 구간 ${number.format(forecast_low ?? 0)}~${number.format(forecast_high ?? 0)}개)입니다.`,
    meaning: `남은 작업일 ${days.format(left)}일 동안 하루 ${number.format(needed_per_day ?? 0)}개를 생산해야 목표에 이릅니다. 지금 추세로는 하루 ${number.format(pace(standing, left))}개입니다.`,
    action: "생산 계획을 조정할 수 있는지 확인하고, 어렵다면 목표를 다시 정해 목표 화면에 올리십시오.",
  };
}

function english(month: string, name: string, standing: Standing, left: number): ConditionWords {
  const { target, made, achievement, forecast, forecast_low, forecast_high, probability, needed_per_day } = standing;
  return {
    what: `${name}: the ${month} target of ${number.format(target)} is reached with a probability of ${chance(probability)}. Made so far ${number.format(made)} (${percent.format(achievement)}), forecast for the month ${number.format(forecast ?? made)} (80 % interval ${number.format(forecast_low ?? 0)} to ${number.format(forecast_high ?? 0)}).`,
    meaning: `With ${days.format(left)} working days left, ${number.format(needed_per_day ?? 0)} a day would still reach it; as things go it will be ${number.format(pace(standing, left))} a day.`,
    action: "See whether production can be rescheduled; otherwise set another target on the targets page.",
  };
}
