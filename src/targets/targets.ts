import { addDays, addMonths } from "../production/calendar.ts";
import { type Answer, type Desk, readAnswer } from "../production/desk.ts";
import type { QuestionName, Questions } from "../production/questions.ts";
import type { MonthlyItemTotal } from "../production/summaries.ts";
import type { Day } from "../segments/day.ts";
import { WorkerError, WorkerProcess } from "../workers/process.ts";
import type { Achievement } from "./achievement.ts";
import { nothing } from "./file/nothing.ts";
import type { MonthForecast } from "./month-forecast.ts";
import type { TargetStore } from "./store.ts";
import type { Upload } from "./tasks.ts";
import { type FileContent, historyDays, type KnownItem, type Month } from "./types.ts";

/** Bytes of a file of targets at most. */
export const mostUploadBytes = 5 * 1024 * 1024;
/** How long a file may take to be read, and a forecast to be made, ms. */
const patienceMs = 20_000;
/** Items that targets may be for: more than any factory has. */
const mostItems = 100_000;
/** Months after the present one that are forecast; beyond, a forecast would be the season alone. */
const monthsAhead = 2;
/** Achievements kept, by month. */
const mostKept = 24;
const attempts = 3;

export interface TargetsServices {
  desk: Desk;
  store: TargetStore;
  /** The factory's date. */
  today: () => Day;
  /** Which version of the data answers now; null while none does. */
  dataVersion: () => string | null;
}

/** The monthly targets: reads files of them, and tells how they stand. */
export class Targets {
  readonly store: TargetStore;
  readonly #services: TargetsServices;
  /** One process for files and forecasts; it ends by itself when it has nothing to do. */
  readonly #worker = new WorkerProcess();
  readonly #kept = new Map<Month, { state: string; achievement: Promise<Achievement> }>();

  constructor(services: TargetsServices) {
    this.store = services.store;
    this.#services = services;
  }

  /** Reads a file, or rows of cells, in a process of its own. A file that ends that process is one that cannot be read. */
  async read(upload: Upload): Promise<FileContent> {
    const items = await this.items();
    const order = { upload, items, today: this.#services.today() };
    try {
      const { payload } = await this.#worker.call("targets.read", order, patienceMs);
      return JSON.parse(new TextDecoder().decode(payload)) as FileContent;
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      return nothing("tooLarge");
    }
  }

  /** All items that were ever made, by number of records. */
  async items(): Promise<KnownItem[]> {
    const answer = await this.#services.desk.ask("items", { limit: mostItems });
    return (readAnswer(answer) as KnownItem[]).map(({ item_code, item_name }) => ({ item_code, item_name }));
  }

  /** The month that is shown unless another one is asked for: the newest day's of the data. */
  async presentMonth(): Promise<Month> {
    return ((await this.#newest()).newest ?? this.#services.today()).slice(0, 7);
  }

  /** How the targets of a month stand; computed once for each version of the data and of the targets. Throws what `Desk.ask` throws. */
  achievement(month: Month): Promise<Achievement> {
    const { dataVersion, today } = this.#services;
    const state = [dataVersion(), this.store.present().version?.id, today()].join(" ");
    const kept = this.#kept.get(month);
    if (kept?.state === state) return kept.achievement;
    const achievement = this.#achievement(month);
    this.#kept.delete(month);
    this.#kept.set(month, { state, achievement });
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    achievement.catch(() => {
      if (this.#kept.get(month)?.achievement === achievement) this.#kept.delete(month);
    });
    return achievement;
  }

  /** Whether targets are set for a month. */
  has(month: Month): boolean {
    return this.store.present().targets.some((target) => target.month === month);
  }

  close(): void {
    this.#worker.close();
  }

  async #newest(): Promise<{ newest: Day | null; first: Day | null; version: string }> {
    const answer = await this.#ask("coverage", { today: this.#services.today() });
    return { ...(readAnswer(answer) as { newest: Day | null; first: Day | null }), version: answer.version };
  }

  async #achievement(month: Month): Promise<Achievement> {
    const { version, targets: all } = this.store.present();
    const targets = all.filter((target) => target.month === month);
    for (let attempt = 1; ; attempt++) {
      const { newest, first, version: dataVersion } = await this.#newest();
      const today = this.#services.today();
      const lastFullDay = newest === today ? addDays(newest, -1) : newest;
      const span = targets.length === 0 ? null : historyOf(month, first, lastFullDay);
      const [monthly, items, history] = await Promise.all([
        this.#ask("monthly_by_item", { yearMonth: month, limit: mostItems }),
        targets.length === 0 ? null : this.#ask("items", { limit: mostItems }),
        span && this.#ask("item_days", { ...span, items: targets.map(({ item_code }) => item_code) }),
      ]);
      const answers = [monthly, items, history].filter((answer) => answer !== null);
      if (attempt < attempts && answers.some((answer) => answer.version !== dataVersion)) continue;
      const made = readAnswer(monthly) as MonthlyItemTotal[];
      // With the first one, because a start need not wait for the method.
      const { achievementOf } = await import("./achievement.ts");
      return achievementOf({
        month,
        version,
        targets,
        made: new Map(made.map(({ item_code, total_production }) => [item_code, total_production])),
        names: new Map(items ? (readAnswer(items) as KnownItem[]).map((item) => [item.item_code, item.item_name]) : []),
        newest,
        lastFullDay,
        forecast: history && span && (await this.#forecast(history, month, span.to)),
      });
    }
  }

  async #forecast({ body }: Answer, month: Month, last: Day): Promise<MonthForecast> {
    const history = typeof body === "string" ? body : new TextDecoder().decode(body);
    const { payload } = await this.#worker.call("targets.forecast", { history, month, last }, patienceMs);
    return JSON.parse(new TextDecoder().decode(payload)) as MonthForecast;
  }

  #ask<Name extends QuestionName>(name: Name, parameters: Questions[Name]): Promise<Answer> {
    return this.#services.desk.ask(name, parameters);
  }
}

/**
 * The days that a month's forecast is made from, the last one being the last full day or the month's end; null for a month too far ahead, and without data
 * before its end.
 */
function historyOf(month: Month, first: Day | null, lastFullDay: Day | null): { from: Day; to: Day } | null {
  if (first === null || lastFullDay === null || month > addMonths(lastFullDay, monthsAhead).slice(0, 7)) return null;
  const end = addDays(addMonths(`${month}-01`, 1), -1);
  const to = lastFullDay < end ? lastFullDay : end;
  const wanted = addDays(to, -historyDays);
  const from = wanted < first ? first : wanted;
  return from <= to ? { from, to } : null;
}
