import type { Condition } from "../condition.ts";
import type { JobSignal, Signals } from "../signals.ts";
import { condition, wholeDays } from "./words.ts";

const hourMs = 3_600_000;
/** Jobs whose failure has a rule of its own. */
const ownRules = new Set(["backup", "drill"]);
/** A run is late after this; the schedule catches a missed one up within minutes. */
const lateMs = 2 * hourMs;
/** No job takes this long: a rollover of five million rows takes a minute, a backup of 10 GB a quarter of an hour. */
const endlessMs = 6 * hourMs;
/** When the books of the year before should be closed. */
const dueDay = "01-15";

/** What is the matter with the hub's own jobs, and with the one that somebody has to begin. */
export function jobConditions(signals: Signals): Condition[] {
  const { jobs, now } = signals;
  return [...jobs.flatMap((job) => [...failed(job), ...overdue(job, now), ...paused(job)]), ...rollover(signals)];
}

function failed({ name, title, result, message, running, finishedAt }: JobSignal): Condition[] {
  if (result !== "failed" || running || ownRules.has(name)) return [];
  return [
    condition(
      ["job-failed", name, "warning"],
      {
        what: `'${title.ko}' 작업이 실패했습니다: ${message}`,
        meaning: "이 작업이 하던 일이 그대로 남아 있습니다.",
        action: "내용의 원인을 없앤 뒤 운영 화면에서 다시 실행하십시오.",
      },
      {
        what: `The job '${title.en}' failed: ${message}`,
        meaning: "What it was to do is not done.",
        action: "Mend the cause that it names and run it again on the operations page.",
      },
      { since: finishedAt ?? undefined },
    ),
  ];
}

function overdue(job: JobSignal, now: number): Condition[] {
  const { name, title, running, paused, startedAt, dueAt } = job;
  if (running && startedAt !== null && now - startedAt > endlessMs) {
    const hours = Math.floor((now - startedAt) / hourMs);
    return [
      condition(
        ["job-overdue", name, "warning"],
        {
          what: `'${title.ko}' 작업이 ${hours}시간째 끝나지 않고 있습니다.`,
          meaning: "작업이 멈춘 것으로 보이며, 끝날 때까지 다음 실행도 시작되지 않습니다.",
          action: "로그에서 작업의 마지막 줄을 확인하고, 멈췄다면 허브를 다시 시작하십시오.",
        },
        {
          what: `The job '${title.en}' has not ended for ${hours} hours.`,
          meaning: "It seems to hang, and its next run does not begin before it ends.",
          action: "Look for its last lines in the log; if it hangs, restart the hub.",
        },
        { since: startedAt + endlessMs },
      ),
    ];
  }
  if (running || paused || dueAt === null || now - dueAt < lateMs || (startedAt ?? 0) >= dueAt) return [];
  return [
    condition(
      ["job-overdue", name, "warning"],
      {
        what: `'${title.ko}' 작업이 예정 시각이 지나도 시작되지 않았습니다.`,
        meaning: "이 작업이 하는 일이 밀려 있습니다.",
        action: "운영 화면에서 직접 실행하십시오. 되풀이되면 PC의 절전 설정과 시계를 확인하십시오.",
      },
      {
        what: `The job '${title.en}' did not begin at its time.`,
        meaning: "What it does is behind.",
        action: "Run it on the operations page. If that happens again, look at the PC's sleep settings and its clock.",
      },
    ),
  ];
}

function paused({ name, title, paused: isPaused }: JobSignal): Condition[] {
  if (!isPaused) return [];
  return [
    condition(
      ["job-paused", name, "info"],
      {
        what: `'${title.ko}' 작업이 일시 중지되어 있습니다.`,
        meaning: "다시 시작할 때까지 이 작업은 실행되지 않습니다.",
        action: "필요한 조치가 끝났으면 운영 화면에서 다시 시작하십시오.",
      },
      {
        what: `The job '${title.en}' is paused.`,
        meaning: "It does not run until somebody resumes it.",
        action: "Resume it on the operations page when what it was paused for is done.",
      },
    ),
  ];
}

/** Live still holds rows of a finished year when the books of that year should be closed. */
function rollover({ files, today, autoRollover, isRollingOver, productionDays, now }: Signals): Condition[] {
  const year = today.slice(0, 4);
  const live = files.find(({ name }) => name === "live");
  if (autoRollover || isRollingOver || !live || today.slice(5) < dueDay) return [];
  // A row that stands in Live and belongs to an archive is a matter of its own.
  const firstDay = productionDays?.find((day) => day >= live.ownsFrom && day < `${year}-01-01`);
  if (firstDay === undefined) return [];
  const from = firstDay.slice(0, 4);
  const to = String(Number(year) - 1);
  const years = from === to ? to : `${from}~${to}`;
  const since = Date.parse(`${year}-${dueDay}T00:00:00Z`);
  const days = wholeDays(now - since);
  return [
    condition(
      ["rollover-due", "", "warning"],
      {
        what: `${years}년의 행이 아직 Live에 있습니다. 연도 이월이 ${days}일 늦었습니다.`,
        meaning: "수치는 맞지만 Live가 계속 커져 ERP와 조회가 느려지고, 백업이 오래 걸립니다.",
        action: "운영 화면의 연도 이월에서 계획을 확인하고 실행하십시오. AUTO_ROLLOVER=true이면 매년 스스로 합니다.",
      },
      {
        what: `Live still holds rows of ${years}. The rollover is ${days} day${days === 1 ? "" : "s"} late.`,
        meaning: "All figures are right, but Live keeps growing: the ERP, answers and backups get slower.",
        action:
          "Look at the plan of the rollover on the operations page and carry it out. With AUTO_ROLLOVER=true the hub does it each January.",
      },
      { since },
    ),
  ];
}
