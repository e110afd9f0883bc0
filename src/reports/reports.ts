import path from "node:path";
import { type ReportKind, reportKinds } from "../config/reports.ts";
import type { Settings } from "../config.ts";
import type { Language } from "../language.ts";
import type { ChannelName } from "../notify/channel.ts";
import type { Outbox } from "../notify/outbox.ts";
import type { FactoryClock } from "../observe/clock.ts";
import { runInChild } from "../operations/child.ts";
import { type OperationContext, OperationError } from "../operations/operation.ts";
import type { Job } from "../operations/schedule.ts";
import { type Desk, readAnswer } from "../production/desk.ts";
import type { Days, ReportFigures } from "../production/report-figures.ts";
import type { Day } from "../segments/day.ts";
import { UnavailableError } from "../segments/errors.ts";
import { type RenderOrder, type ReportFiles, renderHtml, reportFiles } from "./files.ts";
import { isDoubtful } from "./headline.ts";
import type { MadeReport, ReportHistory } from "./history.ts";
import { lastPeriod, newestPeriod, periodName, periodOf, reportName } from "./period.ts";
import { plainText } from "./plain-text.ts";
import {
  composeReport,
  type PageAddress,
  planReport,
  type Report,
  type ReportExtras,
  type ReportPlan,
  reportPath,
  reportQuestion,
} from "./report.ts";
import { contentOf } from "./sections.ts";
import type { reportTasks } from "./tasks.ts";

export interface ReportsServices {
  settings: Settings;
  desk: Desk;
  history: ReportHistory;
  outbox: Outbox;
  clock: FactoryClock;
  /** Address of the hub for links, without a slash at its end. */
  publicUrl: () => string;
  address: PageAddress;
  /** True while an earlier version of some file answers. */
  lagging: () => boolean;
  /** What other parts of the hub know that a report of these days tells besides. */
  extras: (days: Days) => Promise<ReportExtras>;
}

/** A report as it is listed. */
export interface ListedReport extends MadeReport {
  /** `2026-11-20`, `2026-W47` or `2026-11`. */
  name: string;
  /** Names of its files in the folder of reports; null for one that is not there. */
  files: { xlsx: string | null; html: string | null };
}

/** A report that was just made. */
export interface MakingResult {
  report: Report;
  headline: string;
  files: ReportFiles;
  /** Channels for which it was handed to the outbox. */
  sent: ChannelName[];
}

/** A report was asked for that cannot be made; the message is a sentence for people. */
export class ReportError extends Error {
  override name = "ReportError";
}

/** How often the figures are asked anew when the data change while they are. */
const attempts = 4;
/** A report is rendered and written in a tenth of a second; a folder on another computer may take its time. */
const processPatienceMs = 120_000;
const folderPatienceMs = 2_000;
/** Mail takes the whole report; chats and programs get its headline and a link. */
const brief: readonly ChannelName[] = ["slack", "webhook"];
const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const titles: Record<ReportKind, string> = {
  daily: "Makes the report of the day before",
  weekly: "Makes the report of the week before",
  monthly: "Makes the report of the month before",
};

/** That a report waits in the outbox: whether it arrives is known later. */
export const tellHanded = (channels: readonly string[]): string => `Handed to the outbox for: ${channels.join(", ")}.`;

/** The reports of the production: makes, keeps and sends them. */
export class Reports {
  readonly #services: ReportsServices;
  /** The process under way: one at a time, so that no two write the same file, and clients who ask for many workbooks wait. */
  #working: Promise<unknown> = Promise.resolve();

  constructor(services: ReportsServices) {
    this.#services = services;
  }

  /** The language of files and messages. */
  get language(): Language {
    const { reportLanguage, alertLanguage } = this.#services.settings;
    return reportLanguage ?? alertLanguage;
  }

  /** The period that is reported unless another one is asked for: the newest one with data that is over. */
  async newestPeriod(kind: ReportKind): Promise<Days> {
    const today = this.#services.clock.today();
    return newestPeriod(kind, { today, newest: (await this.#reach(today)).newest });
  }

  /**
   * The report of the period that a day lies in, out of the present data. Throws ReportError for a period that has not begun, and what `Desk.ask`
   * throws where its days cannot be read.
   */
  async build(kind: ReportKind, day: Day): Promise<Report> {
    const { clock, address, extras, lagging } = this.#services;
    const today = clock.today();
    const period = periodOf(kind, day);
    if (period.from > today) {
      throw new ReportError(`There is no ${kind} report of ${day} yet: today is ${today}.`);
    }
    for (let attempt = 1; ; attempt++) {
      const { newest, first: oldest } = await this.#reach(today);
      const isBehind = lagging();
      const plan = planReport(kind, period, { today, newest });
      const [{ figures, version }, also] = await Promise.all([
        this.#figures(plan),
        extras({ from: period.from, to: plan.through }),
      ]);
      // Figures are of one version by themselves; that the newest day is too takes another look where data arrived in between.
      if (attempt < attempts && newest !== (await this.#reach(today)).newest) continue;
      const frame = {
        kind,
        period,
        today,
        newest,
        oldest,
        made_at: clock.timestamp(),
        version,
        address,
        last_good: isBehind || lagging(),
        ...also,
      };
      return composeReport(plan, figures, frame);
    }
  }

  async #reach(today: Day): Promise<{ first: Day | null; newest: Day | null }> {
    const answer = await this.#services.desk.ask("coverage", { today });
    return readAnswer(answer) as { first: Day | null; newest: Day | null };
  }

  async #figures(plan: ReportPlan): Promise<{ figures: ReportFigures; version: string }> {
    const ask = async (comparing: boolean) => {
      const answer = await this.#services.desk.ask("report_figures", reportQuestion(plan, comparing));
      return { figures: readAnswer(answer) as ReportFigures, version: answer.version };
    };
    try {
      return await ask(true);
    } catch (error) {
      // An archive that is broken must not take the figures of yesterday away.
      if (error instanceof UnavailableError) return ask(false);
      throw error;
    }
  }

  /** Makes the files of a report, and hands it to the channels where it is to be sent. Throws what `build` throws, and OperationError for the folder. */
  async make(
    kind: ReportKind,
    day: Day,
    { send, context = silent }: { send: boolean; context?: Pick<OperationContext, "log" | "progress"> },
  ): Promise<MakingResult> {
    const { history } = this.#services;
    const report = await this.build(kind, day);
    const order = this.#order(report);
    const files = (await this.#carryOut("write-report", order, context)) as ReportFiles;
    const content = contentOf(report, this.language);
    // A figure that stands on a slip is not told without it, in a list as little as in the report.
    const headline = content.headline.slice(0, isDoubtful(report) ? 2 : 1).join(" ");
    history.made({ kind, first_day: report.from, made_at: Date.now(), headline });
    return { report, headline, files, sent: send ? this.#send(report, files) : [] };
  }

  #carryOut(name: keyof typeof reportTasks, args: RenderOrder, context = silent): Promise<unknown> {
    const { home } = this.#services.settings;
    const run = this.#working.then(() => withinPatience(runInChild({ name, home, args }, context)));
    this.#working = run.catch(() => {});
    return run;
  }

  #order(report: Report): RenderOrder {
    return { report, language: this.language, base: this.#services.publicUrl() };
  }

  /** Channels that reports can go out on. */
  channels(): ChannelName[] {
    const { outbox } = this.#services;
    return outbox
      .status()
      .filter(({ configured, name }) => configured && name !== "event-log")
      .map(({ name }) => name);
  }

  #send(report: Report, files: ReportFiles): ChannelName[] {
    const { outbox, history, settings } = this.#services;
    const channels = this.channels();
    if (channels.length === 0) return [];
    const { language } = this;
    const content = contentOf(report, language);
    const { kind, name, from, to, through, totals, comparisons, version } = report;
    const message = {
      kind: "report" as const,
      severity: "info" as const,
      subject: content.title,
      page: reportPath(kind, report),
      language,
      data: { report: kind, name, from, to, through, version, totals, comparisons, headline: content.headline },
    };
    const send = (): string => {
      const chats = channels.filter((channel) => brief.includes(channel));
      const ids = [
        ...(chats.length > 0
          ? [outbox.send({ ...message, text: content.headline.join("\n") }, { channels: chats })]
          : []),
        ...(channels.includes("mail")
          ? [
              outbox.send(
                {
                  ...message,
                  text: plainText(content),
                  html: renderHtml(this.#order(report)),
                  attachments: [
                    { name: files.xlsx, type: workbookType, path: path.join(settings.reportsDir, files.xlsx) },
                  ],
                },
                { channels: ["mail"] },
              ),
            ]
          : []),
      ];
      return ids.join(" ");
    };
    history.sent(kind, from, Date.now(), send);
    return channels;
  }

  /** A report of the present data as an HTML document, in a language. */
  html(report: Report, language: Language): string {
    return renderHtml({ ...this.#order(report), language });
  }

  /** The same as a workbook, made in a process of its own. */
  async workbook(report: Report, language: Language): Promise<Buffer> {
    const order = { ...this.#order(report), language };
    return Buffer.from((await this.#carryOut("render-workbook", order)) as string, "base64");
  }

  /** Reports that were made, the newest period first, with their files that are still there. */
  async list(limit?: number): Promise<ListedReport[]> {
    const { history, settings } = this.#services;
    // A page must not wait for a share that hangs.
    const found = await Promise.race([reportFiles(settings.reportsDir), Bun.sleep(folderPatienceMs).then(() => [])]);
    const there = new Set(found.map(({ file }) => file));
    return history.list(limit).map((made) => {
      const period = periodOf(made.kind, made.first_day);
      const file = (ending: string): string | null => {
        const name = `${reportName(made.kind, period)}.${ending}`;
        return there.has(name) ? name : null;
      };
      return { ...made, name: periodName(made.kind, period), files: { xlsx: file("xlsx"), html: file("html") } };
    });
  }

  /** How a report fares on the channels that it was last handed to. */
  deliveries(kind: ReportKind, firstDay: Day): MadeReport["deliveries"] {
    return this.#services.history.get(kind, firstDay)?.deliveries ?? [];
  }

  /** Where a file of the folder is; null for a name that is no report's. */
  fileOf(kind: ReportKind, firstDay: Day, format: "xlsx" | "html"): string {
    return path.join(this.#services.settings.reportsDir, `${reportName(kind, periodOf(kind, firstDay))}.${format}`);
  }

  /** The jobs that make the reports by the clock. */
  jobs(): Job[] {
    const { reportDaily, reportWeekly, reportMonthly } = this.#services.settings;
    const times = { daily: reportDaily, weekly: reportWeekly, monthly: reportMonthly };
    return reportKinds.map((kind) => ({
      name: `report-${kind}`,
      title: titles[kind],
      when: times[kind],
      run: (context) => this.#makeByTheClock(kind, context),
    }));
  }

  /** Makes the report of the last period and sends it where the settings say so, once however often it is made. */
  async #makeByTheClock(kind: ReportKind, context: Pick<OperationContext, "log" | "progress">): Promise<string> {
    const { settings, clock, history } = this.#services;
    const { from } = lastPeriod(kind, clock.today());
    const { state } = await this.build(kind, from);
    const name = periodName(kind, { from, to: from });
    if (state === "empty") return `There are no production data up to ${name} yet, so no report was made.`;
    if (state === "rest") return `No production in ${name}, as is usual for such a time, so no report was made.`;
    const wanted = settings.reportSend.includes(kind);
    const already = (history.get(kind, from)?.handed_at ?? null) !== null;
    const { files, sent } = await this.make(kind, from, { send: wanted && !already, context });
    return `${files.html} and ${files.xlsx} were made in ${settings.reportsDir}. ${tellSent({ wanted, already, sent })}`;
  }
}

/** Gives up on a process that a folder on a hanging share holds: it cannot be ended, and others wait for it. */
async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const tooLong = new OperationError(
    "The folder of reports does not answer. See that its drive or network share is there, and make the report again.",
  );
  const timer = setTimeout(() => reject(tooLong), processPatienceMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tellSent({ wanted, already, sent }: { wanted: boolean; already: boolean; sent: readonly string[] }): string {
  if (!wanted) return "REPORT_SEND does not list it, so it was not sent.";
  if (already) return "It was handed to the outbox before.";
  return sent.length === 0 ? "No channel is configured, so it was not sent." : tellHanded(sent);
}

const silent: Pick<OperationContext, "log" | "progress"> = {
  log: { info: () => {}, warn: () => {}, error: () => {} },
  progress: () => {},
};
