import type { Condition } from "../condition.ts";
import type { Signals } from "../signals.ts";
import { condition, counted, percent } from "./words.ts";

/** Shares of server errors, and how many there are at least: of two requests one is half of all. */
const errorShares = { warning: 0.01, critical: 0.05, least: 5 };
const slowAtLeast = 10;
const refusedAtLeast = 100;
const hourMs = 3_600_000;
const minuteMs = 60_000;
/** A clock that is corrected by less is kept by the system's time service. */
const jumpMs = minuteMs;
const monitoringPage = "/dashboard/monitoring";

/** How answers are given: errors, slowness, refusals, the chat's model, and what happened to the hub itself. */
export function serviceConditions(signals: Signals): Condition[] {
  return [
    ...errors(signals),
    ...slowQueries(signals),
    ...refusals(signals),
    ...chat(signals),
    ...crash(signals),
    ...clockJump(signals),
  ];
}

function errors({ requests: { requests, serverErrors, minutes } }: Signals): Condition[] {
  const share = requests === 0 ? 0 : serverErrors / requests;
  if (serverErrors < errorShares.least || share < errorShares.warning) return [];
  const part = `${counted(serverErrors)}/${counted(requests)}`;
  return [
    condition(
      ["error-rate", "", share >= errorShares.critical ? "critical" : "warning"],
      {
        what: `최근 ${minutes}분의 응답 중 ${percent(share)}가 서버 오류입니다(${part}건).`,
        meaning: "사용자가 화면이나 프로그램에서 오류를 보고 있습니다.",
        action:
          "운영 화면의 로그를 '오류만'으로 보고 원인을 확인하십시오. 데이터 파일이나 디스크의 다른 알림이 있으면 그것부터 처리하십시오.",
      },
      {
        what: `${percent(share)} of the answers of the last ${minutes} minutes were server errors (${part}).`,
        meaning: "People see errors on their pages and in their programs.",
        action:
          "Read the errors in the log on the operations page. If there are alerts about files or the disk, deal with those first.",
      },
      { page: monitoringPage },
    ),
  ];
}

function slowQueries({ requests: { slowQueries: slow, minutes }, slowQueryMs }: Signals): Condition[] {
  if (slow < slowAtLeast) return [];
  return [
    condition(
      ["slow-queries", "", "warning"],
      {
        what: `최근 ${minutes}분 동안 ${slowQueryMs}ms를 넘은 질의가 ${counted(slow)}건입니다.`,
        meaning: "화면과 프로그램이 느리게 느껴집니다.",
        action:
          "로그에서 SLOW QUERY를 찾아 어떤 질의인지 보십시오. 인덱스, 디스크 속도, 백신의 실시간 검사를 확인하십시오.",
      },
      {
        what: `${counted(slow)} queries of the last ${minutes} minutes took longer than ${slowQueryMs} ms.`,
        meaning: "Pages and programs feel slow.",
        action: "Search the log for SLOW QUERY to see which. Look at indexes, the disk's speed and the virus scanner.",
      },
      { page: monitoringPage },
    ),
  ];
}

function refusals({ requests: { rateLimited, minutes } }: Signals): Condition[] {
  if (rateLimited < refusedAtLeast) return [];
  return [
    condition(
      ["rate-limit-storm", "", "warning"],
      {
        what: `최근 ${minutes}분 동안 요청 한도로 거절된 요청이 ${counted(rateLimited)}건입니다.`,
        meaning: "어떤 프로그램이 지나치게 자주 묻고 있으며, 그 PC의 사용자는 답을 받지 못합니다.",
        action:
          "로그에서 Rate Limited를 찾아 어느 주소인지 확인하십시오. 정당한 프로그램이면 RATE_LIMIT_API를 올리십시오.",
      },
      {
        what: `${counted(rateLimited)} requests of the last ${minutes} minutes were refused because of the rate limit.`,
        meaning: "Some program asks far too often, and whoever sits at that PC gets no answers.",
        action:
          "Search the log for Rate Limited to see which address. If the program is in the right, raise RATE_LIMIT_API.",
      },
      { page: monitoringPage },
    ),
  ];
}

function chat({ chat: model }: Signals): Condition[] {
  // With one of two models at rest, or a service that has troubles for a moment, there still are answers.
  if (model === null || model.status === "ok" || model.status === "degraded") return [];
  if (model.status === "rate_limited")
    return [
      condition(
        ["chat-quota", "", "warning"],
        {
          what: "채팅 모델의 사용 한도가 소진되었습니다.",
          meaning: "한도가 돌아올 때까지 허브에 내장된 플래너가 대신 답합니다. 복잡한 질문은 답하지 못합니다.",
          action: "하루 한도는 다음 날 돌아옵니다. 자주 있으면 Google AI Studio에서 요금제를 확인하십시오.",
        },
        {
          what: "The quota of the chat's model is used up.",
          meaning: "Until it comes back the hub's own planner answers, which cannot do complicated questions.",
          action:
            "A quota of the day comes back the next day. If that happens often, see your plan in Google AI Studio.",
        },
        { page: "/dashboard/chat" },
      ),
    ];
  return [
    condition(
      ["chat-unusable", "", "warning"],
      {
        what: `채팅 모델을 쓸 수 없습니다: ${model.message}`,
        meaning: "허브에 내장된 플래너가 대신 답합니다. 복잡한 질문은 답하지 못합니다.",
        action: "GEMINI_API_KEY와 GEMINI_MODEL, 인터넷 연결과 방화벽을 확인하십시오.",
      },
      {
        what: `The chat's model cannot be used: ${model.message}`,
        meaning: "The hub's own planner answers instead, which cannot do complicated questions.",
        action: "See GEMINI_API_KEY and GEMINI_MODEL, the connection to the internet and the firewall.",
      },
      { page: "/dashboard/chat" },
    ),
  ];
}

function crash({ crash: last }: Signals): Condition[] {
  if (last === null) return [];
  return [
    condition(
      ["crash", last.report, "warning"],
      {
        what: `허브가 ${last.stamp}에 예기치 않게 종료되었습니다: ${last.reason}`,
        meaning: "지금은 다시 실행 중이며 데이터는 그대로입니다.",
        action: `되풀이되면 logs/${last.report} 파일을 담당자에게 보내십시오. 그 파일을 옮기면 이 알림이 사라집니다.`,
      },
      {
        what: `The hub ended unexpectedly at ${last.stamp}: ${last.reason}`,
        meaning: "It runs again, and no data were lost.",
        action: `If it happens again, send logs/${last.report} to whoever looks after the hub. When that file is moved, this goes away.`,
      },
      { since: last.at },
    ),
  ];
}

function clockJump({ clockJump: jump, now, timeOf }: Signals): Condition[] {
  if (jump === null || Math.abs(jump.byMs) < jumpMs || Math.abs(now - jump.at) > hourMs) return [];
  const minutes = counted(Math.round(Math.abs(jump.byMs) / minuteMs));
  const isForward = jump.byMs > 0;
  return [
    condition(
      ["clock-jump", "", "warning"],
      {
        what: `PC의 시계가 ${minutes}분 ${isForward ? "앞으로" : "뒤로"} 바뀌었습니다(지금 ${timeOf(now)}).`,
        meaning: "ERP가 남기는 날짜, 백업 파일의 이름, 작업의 예정 시각이 어긋날 수 있습니다.",
        action: "Windows의 날짜 및 시간 설정에서 시간 자동 설정이 켜져 있는지, 시간대가 맞는지 확인하십시오.",
      },
      {
        what: `The PC's clock was moved ${isForward ? "forward" : "back"} by ${minutes} minutes (it is ${timeOf(now)} now).`,
        meaning: "Dates that the ERP writes, names of backups and the times of jobs may be wrong.",
        action: "See in the date and time settings of Windows that the time is set automatically, and the time zone.",
      },
      { since: jump.at },
    ),
  ];
}
