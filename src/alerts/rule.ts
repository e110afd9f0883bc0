import type { Language } from "../language.ts";
import type { Severity } from "./condition.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** What is to be known of a rule besides how it finds something. Spans in ms. */
export interface Rule {
  id: string;
  severities: readonly Severity[];
  /** How long a condition has to last to become an alert. */
  forMs: number;
  /**
   * How long it has to be gone for the alert to be over, so that what comes and goes is one alert; a minute at least, because a hub that has just started
   * does not know everything yet.
   */
  keepForMs: number;
  /** False for what is over when it is told: there is nothing to be reminded of, and no end to be told. */
  reminds: boolean;
  /** What it watches, and from where on it speaks. */
  about: Readonly<Record<Language, string>>;
}

/** For a condition of a rule that is not listed: it must have been there at four looks. */
export const otherRule = { forMs: minute, keepForMs: 10 * minute, reminds: true } as const;

/**
 * How long what people settle has to be gone: a finding that was accepted, targets that were replaced. Within one state of the data it does not come and
 * go. Longer than the targets need to be looked at after a start, a minute.
 */
export const settledMs = 3 * minute;

const critical = ["critical"] as const;
const warning = ["warning"] as const;
const info = ["info"] as const;
const worsening = ["warning", "critical"] as const;

/** A rule; `spans`: how long its condition has to last, and to be gone, ms. */
export function rule(
  id: string,
  severities: Rule["severities"],
  [forMs, keepForMs]: readonly [number, number],
  about: Rule["about"],
  reminds = true,
): Rule {
  return { id, severities, forMs, keepForMs, reminds, about };
}

/** The rules that the hub has by itself, in the order in which they are listed. */
export const builtInRules: readonly Rule[] = [
  rule("no-data", critical, [30 * second, minute], {
    ko: "읽을 수 있는 데이터 파일이 하나도 없어 조회에 답하지 못합니다.",
    en: "No data file can be read, so that no question is answered.",
  }),
  rule("file-missing", critical, [minute, minute], {
    ko: "Live나 Archive 파일이 없습니다. 한 번이라도 있었던 Archive는 30일 동안 기억합니다.",
    en: "Live or an archive is not there. An archive that was there once is remembered for 30 days.",
  }),
  rule("file-broken", critical, [minute, minute], {
    ko: "Live나 Archive 파일이 손상되었거나 SQLite 파일이 아닙니다.",
    en: "Live or an archive is damaged, or no SQLite file.",
  }),
  rule("file-locked", warning, [5 * minute, 2 * minute], {
    ko: "다른 프로그램이 파일을 5분 넘게 잠가 새 내용을 읽지 못합니다.",
    en: "Another program has kept a file locked for more than five minutes, so that its new content cannot be read.",
  }),
  rule("file-changing", warning, [30 * minute, 5 * minute], {
    ko: "파일이 30분 넘게 계속 바뀌어 온전한 내용을 읽지 못합니다.",
    en: "A file has kept changing for more than half an hour, so that no whole state of it can be read.",
  }),
  rule("file-unchanged", warning, [0, minute], {
    ko: "Live가 평소 주기보다 오래 바뀌지 않았습니다. 근무 요일, 공휴일, 지난해 같은 무렵의 휴무를 감안합니다(ALERT_UNCHANGED_DAYS로 지정 가능).",
    en: "Live was not written for longer than usual: weekdays without work, holidays and last year's pauses at this time count (ALERT_UNCHANGED_DAYS sets it).",
  }),
  rule("wal-growing", warning, [hour, 10 * minute], {
    ko: "-wal 파일이 WAL_LIMIT_MB를 한 시간 넘게 넘고 있고, 정리 작업으로도 줄지 않습니다.",
    en: "A -wal file has been above WAL_LIMIT_MB for more than an hour, and checkpoints do not shrink it.",
  }),
  rule("indexes-missing", info, [48 * hour, 10 * minute], {
    ko: "ERP 파일에 인덱스가 이틀 넘게 빠져 있습니다.",
    en: "A file of the ERP has lacked indexes for more than two days.",
  }),
  rule("misplaced-rows", info, [hour, hour], {
    ko: "다른 파일이 맡은 날짜의 행이 파일 행의 1%를 넘습니다.",
    en: "More than 1 % of a file's rows are of days that another file owns.",
  }),
  rule("undated-rows", warning, [10 * minute, 10 * minute], {
    ko: "날짜가 올바르지 않아 어느 기간에도 집계되지 않는 행이 있습니다.",
    en: "There are rows whose date is none, so that no period counts them.",
  }),
  rule("rollover-due", warning, [hour, 10 * minute], {
    ko: "1월 15일이 지났는데 지난해의 행이 아직 Live에 있고 AUTO_ROLLOVER가 꺼져 있습니다.",
    en: "After 15 January Live still holds rows of a finished year, and AUTO_ROLLOVER is off.",
  }),
  rule("disk-low", worsening, [2 * minute, 10 * minute], {
    ko: "디스크 여유 공간이 백업 한 번에 필요한 만큼보다 적습니다. 500 MB 미만이면 위험입니다.",
    en: "The disk has less space left than a round of backups needs. Critical below 500 MB.",
  }),
  rule("disk-filling", warning, [hour, 6 * hour], {
    ko: "지금 추세라면 7일 안에 디스크 공간이 모자랍니다.",
    en: "At the present rate the disk runs out within seven days.",
  }),
  rule("backup-failed", critical, [0, minute], {
    ko: "백업 작업의 마지막 실행이 실패했습니다.",
    en: "The last run of the backup failed.",
  }),
  rule("backup-too-old", worsening, [30 * minute, minute], {
    ko: "가장 최근 백업이 Live는 2일(위험 7일), Archive는 15일(위험 31일)보다 오래되었습니다.",
    en: "The newest backup is older than 2 days (critical: 7) for Live, 15 days (critical: 31) for an archive.",
  }),
  rule("backup-never", warning, [30 * minute, minute], {
    ko: "하루가 지나도록 백업이 하나도 없는 파일이 있습니다.",
    en: "A file has no backup at all after more than a day.",
  }),
  rule("drill-failed", critical, [0, minute], {
    ko: "복원 시험이 실패했습니다. 백업이 있어도 되돌리지 못할 수 있습니다.",
    en: "The restore drill failed: there are backups, but perhaps none that can be restored.",
  }),
  rule("job-failed", warning, [0, minute], {
    ko: "백업과 복원 시험 말고 다른 작업의 마지막 실행이 실패했습니다.",
    en: "The last run of a job other than backup and drill failed.",
  }),
  rule("job-overdue", warning, [30 * minute, minute], {
    ko: "작업이 예정 시각을 두 시간 넘겨도 시작되지 않았거나 여섯 시간 넘게 끝나지 않습니다.",
    en: "A job did not begin within two hours of its time, or has not ended for more than six hours.",
  }),
  rule("job-paused", info, [24 * hour, minute], {
    ko: "작업이 하루 넘게 일시 중지되어 있습니다.",
    en: "A job has been paused for more than a day.",
  }),
  rule("error-rate", worsening, [minute, 5 * minute], {
    ko: "최근 5분의 응답 중 서버 오류(5xx)가 1%(위험 5%) 이상이고 5건 이상입니다.",
    en: "Of the answers of the last five minutes 1 % (critical: 5 %) or more were server errors (5xx), and at least five.",
  }),
  rule("slow-queries", warning, [minute, 10 * minute], {
    ko: "최근 5분 동안 SLOW_QUERY_THRESHOLD_MS를 넘은 질의가 10건 이상입니다.",
    en: "Ten or more queries of the last five minutes took longer than SLOW_QUERY_THRESHOLD_MS.",
  }),
  rule("rate-limit-storm", warning, [minute, 10 * minute], {
    ko: "최근 5분 동안 요청 한도 때문에 거절된 요청이 100건 이상입니다.",
    en: "A hundred or more requests of the last five minutes were refused because of the rate limit.",
  }),
  rule("chat-quota", warning, [0, 10 * minute], {
    ko: "채팅 모델의 사용 한도가 소진되었습니다. 허브의 플래너가 대신 답합니다.",
    en: "The quota of the chat's model is used up. The hub's planner answers instead.",
  }),
  rule("chat-unusable", warning, [5 * minute, 5 * minute], {
    ko: "채팅 모델을 쓸 수 없습니다(키 오류, 연결 안 됨 등).",
    en: "The chat's model cannot be used: the key is wrong, there is no connection, or the like.",
  }),
  rule(
    "crash",
    warning,
    [0, minute],
    {
      ko: "허브가 예기치 않게 종료되었다가 다시 시작했습니다. 7일 동안, 또는 보고서를 옮길 때까지 표시합니다.",
      en: "The hub ended unexpectedly and was started again. Shown for seven days, or until its report is moved.",
    },
    false,
  ),
  rule(
    "clock-jump",
    warning,
    [0, minute],
    {
      ko: "PC의 시계가 1분 넘게 앞뒤로 바뀌었습니다. 한 시간 동안 표시합니다.",
      en: "The PC's clock was moved by more than a minute. Shown for an hour.",
    },
    false,
  ),
  rule("channel-failing", warning, [0, 2 * minute], {
    ko: "알림이 15분 넘게 전달되지 않거나, 보내기를 포기했습니다(바로 알림). 시험 메시지는 해당하지 않습니다. 다른 채널로 알립니다.",
    en: "Messages have not arrived for a quarter of an hour, or were given up on (told at once). A test message does not count. Told on the other channels.",
  }),
  rule("response-time", ["info", "warning"], [minute, 10 * minute], {
    ko: "응답 시간의 신호등이 10분 넘게 노란색(안내)이나 빨간색(경고)입니다.",
    en: "The traffic light of response times has been yellow (notice) or red (warning) for ten minutes.",
  }),
  rule("cpu-load", ["info", "warning"], [minute, 10 * minute], {
    ko: "CPU의 신호등이 10분 넘게 노란색이나 빨간색입니다.",
    en: "The traffic light of the processor has been yellow or red for ten minutes.",
  }),
  rule("memory-full", ["info", "warning"], [minute, 10 * minute], {
    ko: "메모리의 신호등이 10분 넘게 노란색이나 빨간색입니다.",
    en: "The traffic light of the memory has been yellow or red for ten minutes.",
  }),
  rule("connections", ["info", "warning"], [minute, 10 * minute], {
    ko: "연결 수의 신호등이 10분 넘게 노란색이나 빨간색입니다.",
    en: "The traffic light of connections has been yellow or red for ten minutes.",
  }),
  rule("memory-growth", warning, [minute, hour], {
    ko: "허브의 메모리가 반나절 넘게 꾸준히 늘고 있습니다.",
    en: "The hub's memory has grown steadily for half a day or more.",
  }),
  rule("target-unlikely", warning, [minute, settledMs], {
    ko: "이번 달 목표를 달성할 가능성이 20% 미만이고 작업일이 5일 이상 남았습니다.",
    en: "A target of this month is reached with a probability below 20 %, and five working days or more are left.",
  }),
  rule("alert-source", warning, [minute, 5 * minute], {
    ko: "허브의 한 부분이 상태를 알려 주지 못합니다.",
    en: "A part of the hub cannot say how it is.",
  }),
];
