import type { Language } from "../language.ts";
import type { Report, ReportMover } from "./report.ts";
import { figuresOf, wordsOf } from "./words.ts";

/** Changes below this part are told as none. */
const notable = 0.01;

/** The period of a report as people call it, such as `2026-11-20(금)` or `2026년 10월`. */
function periodText({ kind, name, from, to }: Report, language: Language): string {
  const { week, month } = wordsOf(language);
  if (kind === "daily") return figuresOf(language).day(from);
  return kind === "weekly" ? week(name, from.slice(5), to.slice(5)) : month(name);
}

/** Title and period, on one line. */
export function subjectOf(report: Report, language: Language): string {
  return `${wordsOf(language).titles[report.kind]} ${periodText(report, language)}`;
}

/** What the report says in a sentence or two of plain words; the first one alone tells most. */
export function headlineOf(report: Report, language: Language): string[] {
  const said = sentencesOf(report, language);
  return report.last_good ? [...said, wordsOf(language).headline.lastGood] : said;
}

/** Whether records whose quantity is hardly right make so much of the total that it is not to be told without them. */
export function isDoubtful({ state, quality, totals }: Report): boolean {
  const doubtful = quality?.doubtful ?? null;
  return state === "produced" && doubtful !== null && doubtful.quantity >= notable * Math.abs(totals.total_production);
}

function sentencesOf(report: Report, language: Language): string[] {
  const words = wordsOf(language);
  const { headline } = words;
  const figures = figuresOf(language);
  const period = periodText(report, language);
  const newest = report.newest === null ? [] : [headline.newest(figures.day(report.newest))];
  if (report.state === "empty") {
    return [report.oldest === null ? headline.empty : headline.before(period, figures.day(report.oldest))];
  }
  if (report.state === "rest") return [headline.rest(period), ...newest];
  if (report.state === "missing") return [headline.missing(period), ...newest];
  const made = report.totals.total_production;
  const total = words.pieces(figures.whole(made));
  const [first, ...others] = report.comparisons.flatMap(({ basis, change }) => {
    if (change === null) return [];
    const direction = Math.abs(change) < notable ? 0 : change > 0 ? 1 : -1;
    const name = words.bases[report.kind][basis](figures.weekday(report.from));
    return [{ basis: name, change: figures.percent(Math.abs(change)), direction } as const];
  });
  const sentences = [first ? headline.compared(period, total, first) : headline.produced(period, total)];
  if (isDoubtful(report)) sentences.push(headline.doubtful(report.quality!.doubtful!.text[language]));
  if (others.length > 0) sentences.push(headline.also(others));
  const [rise, fall] = [report.rises[0], report.falls[0]];
  const by = ({ difference }: ReportMover) => figures.signed(difference);
  if (rise && fall) sentences.push(headline.both(rise.item_code, by(rise), fall.item_code, by(fall)));
  else if (rise) sentences.push(headline.rose(rise.item_code, by(rise)));
  else if (fall) sentences.push(headline.fell(fall.item_code, by(fall)));
  if (report.through < report.to) {
    sentences.push((report.finished ? headline.cut : headline.unfinished)(figures.day(report.through)));
  }
  if (!report.finished && report.through === report.to) sentences.push(headline.today);
  if (!report.comparable) sentences.push(headline.alone);
  return sentences;
}
