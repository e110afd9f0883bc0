import type { Language } from "../language.ts";
import type { LightName, LightState } from "./lights.ts";

/** What people are told of a traffic light. */
export interface LightWords {
  /** What it shows, as a heading, and in a sentence. */
  title: string;
  measure: string;
  /** What yellow or red means for those who use the hub, and what to do about it. */
  meaning: string;
  action: string;
}

/** Words about the traffic lights, for the page, the API and the alerts alike. */
export const monitoringWords: Readonly<
  Record<Language, { states: Readonly<Record<LightState, string>>; lights: Readonly<Record<LightName, LightWords>> }>
> = {
  ko: {
    states: { good: "정상", warning: "주의", critical: "위험", none: "판단 보류" },
    lights: {
      response: {
        title: "응답 시간",
        measure: "최근 15분 동안 응답의 95%가 이 시간 안에 나갔습니다. 질문하기의 답은 세지 않습니다.",
        meaning: "화면과 조회가 느리게 느껴집니다.",
        action:
          "아래 차트에서 느려진 시점을 찾고, logs/app.log에서 그 시각의 'SLOW QUERY' 줄을 보십시오. CPU도 높으면 다른 프로그램이 PC를 쓰고 있는지, 운영 화면에서 일별 합계와 검색 색인이 만들어지는 중인지 확인하십시오.",
      },
      errors: {
        title: "오류율",
        measure: "최근 15분의 요청 가운데 허브가 답하지 못한(5xx) 비율입니다.",
        meaning: "이 비율만큼의 요청이 답을 받지 못했습니다. 저장된 데이터가 손상된 것은 아닙니다.",
        action:
          "운영 화면에서 데이터 파일의 상태를 먼저 확인하고, 파일이 정상이면 logs/app.log에서 'ERROR' 줄의 원인을 보십시오.",
      },
      cpu: {
        title: "CPU",
        measure: "최근 5분 동안 이 PC의 모든 CPU가 쓰인 비율입니다. 다른 프로그램도 포함합니다.",
        meaning: "조회가 순서를 기다리게 되어 느려집니다.",
        action:
          "허브의 CPU가 높으면 백업, 이월, 색인 만들기가 진행 중인지 운영 화면에서 보고 끝나기를 기다리십시오. 허브의 CPU가 낮으면 작업 관리자에서 CPU를 쓰는 다른 프로그램(백신 검사, 업데이트)을 확인하십시오.",
      },
      memory: {
        title: "메모리",
        measure: "이 PC의 메모리가 쓰인 비율입니다. 다른 프로그램도 포함합니다.",
        meaning: "메모리가 부족하면 PC 전체가 느려지고, 운영체제가 허브를 강제로 종료할 수 있습니다.",
        action:
          "작업 관리자에서 메모리를 많이 쓰는 프로그램을 닫으십시오. 허브의 메모리가 며칠째 늘고 있으면 차트를 PNG로 저장해 두고 허브를 다시 시작한 뒤 문의하십시오.",
      },
      disk: {
        title: "디스크",
        measure: "데이터 폴더가 있는 디스크가 쓰인 비율입니다.",
        meaning: "가득 차면 백업을 만들지 못하고, ERP도 파일에 쓰지 못할 수 있습니다.",
        action:
          "필요 없는 파일을 지우거나 백업 보관 수(LIVE_BACKUP_RETENTION, ARCHIVE_BACKUP_RETENTION)를 줄이거나 더 큰 디스크로 옮기십시오.",
      },
      connections: {
        title: "동시 연결",
        measure: "최근 5분 동안 동시에 답을 받고 있던 연결의 최대 수입니다. 열려 있는 화면의 실시간 연결도 포함합니다.",
        meaning: "연결이 더 늘면 새 화면이 늦게 열리거나 열리지 않을 수 있습니다.",
        action:
          "logs/app.log의 access 줄에서 요청이 많은 주소를 찾으십시오. 한 프로그램이 연결을 닫지 않고 쌓고 있다면 그 프로그램을 고치거나 RATE_LIMIT_API를 낮추십시오.",
      },
    },
  },
  en: {
    states: { good: "Good", warning: "Warning", critical: "Critical", none: "Not judged" },
    lights: {
      response: {
        title: "Response time",
        measure: "95 % of the answers of the last 15 minutes came within this time. Answers of the chat do not count.",
        meaning: "Pages and queries feel slow.",
        action:
          "Find in the charts below when it began, and look for 'SLOW QUERY' of that time in logs/app.log. If the CPU is high as well, see whether another program uses the PC, or whether daily totals and search indexes are being made (page Operations).",
      },
      errors: {
        title: "Error rate",
        measure: "Of the requests of the last 15 minutes, those that the hub could not answer (5xx).",
        meaning: "This share of the queries got no answer. It does not mean that stored data are damaged.",
        action:
          "See on the page Operations how the data files are. If they are fine, look for the cause in the lines with 'ERROR' in logs/app.log.",
      },
      cpu: {
        title: "CPU",
        measure: "How much of all processors of this PC was in use in the last 5 minutes, by other programs as well.",
        meaning: "Queries wait for their turn and get slow.",
        action:
          "If it is the hub, see on the page Operations whether a backup, a rollover or an index is being made, and wait until it is done. If it is not, look in the Task Manager for the program that takes it (virus scanner, updates).",
      },
      memory: {
        title: "Memory",
        measure: "How much of this PC's memory is in use, by other programs as well.",
        meaning: "Without memory the whole PC gets slow, and the system may end the hub.",
        action:
          "Close programs that the Task Manager shows with much memory. If the hub's own has grown for days, restart it, and report it with the chart.",
      },
      disk: {
        title: "Disk",
        measure: "How full the disk is that holds the data folder.",
        meaning: "When it is full, no backups can be made, and the ERP may not be able to write its files.",
        action:
          "Delete files that nobody needs, keep fewer backups (LIVE_BACKUP_RETENTION, ARCHIVE_BACKUP_RETENTION), or move to a larger disk.",
      },
      connections: {
        title: "Connections",
        measure:
          "The most connections of the last 5 minutes over which something was being answered at the same time, live connections of open pages included.",
        meaning: "With more of them, new pages may open late or not at all.",
        action:
          "Look in the access lines of logs/app.log for addresses with many requests. If a program piles connections up without closing them, mend it or lower RATE_LIMIT_API.",
      },
    },
  },
};
