/** What the console says to people; messages of commands and logs are English. */
export interface ConsoleTexts {
  labels: {
    address: string;
    data: string;
    requests: string;
    erp: string;
    backup: string;
    problems: string;
  };
  /** Addresses under which other machines reach the hub. */
  elsewhere: (addresses: string) => string;
  days: (first: string, last: string, rows: string | null) => string;
  noData: string;
  requests: (count: number) => string;
  ago: (minutes: number) => string;
  never: string;
  noProblems: string;
  moreProblems: (count: number) => string;
  stopHint: string;
  stopping: string;
  /** What to put where, while there are no data. */
  firstStart: (databaseDir: string) => string[];
  pressKey: string;
}

const ago = (minutes: number, units: [minute: string, hour: string, day: string], now: string): string => {
  if (minutes < 1) return now;
  if (minutes < 120) return `${minutes}${units[0]}`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}${units[1]}` : `${Math.floor(minutes / 1440)}${units[2]}`;
};

export const english: ConsoleTexts = {
  labels: {
    address: "Address",
    data: "Data",
    requests: "Requests",
    erp: "ERP wrote",
    backup: "Next backup",
    problems: "Problems",
  },
  elsewhere: (addresses) => `from other PCs: ${addresses}`,
  days: (first, last, rows) => `${first} to ${last}${rows === null ? "" : `, ${rows} rows`}`,
  noData: "none yet",
  requests: (count) => `${count} in the last minute`,
  ago: (minutes) => ago(minutes, [" min ago", " h ago", " days ago"], "just now"),
  never: "not yet",
  noProblems: "none",
  moreProblems: (count) => `and ${count} more, see the page Operations`,
  stopHint: "Ctrl+C, or closing this window, stops the hub.",
  stopping: "Stopping: answers that are under way get 5 seconds.",
  firstStart: (databaseDir) => [
    "The hub waits for the ERP's files. Put them, or have the ERP write them, into",
    `  ${databaseDir}`,
    "  production_analysis.db   this year's production (needed)",
    "  archive_2025.db          earlier years, up to the one in the name (as many as there are)",
    "They are found within a second, and the page in the browser shows them by itself.",
    "To look around first: stop the hub and start it with --demo, which makes up data in a folder of its own.",
  ],
  pressKey: "Press a key to close this window.",
};

export const korean: ConsoleTexts = {
  labels: {
    address: "주소",
    data: "데이터",
    requests: "요청",
    erp: "ERP 기록",
    backup: "다음 백업",
    problems: "문제",
  },
  elsewhere: (addresses) => `다른 PC에서: ${addresses}`,
  days: (first, last, rows) => `${first} ~ ${last}${rows === null ? "" : `, ${rows}행`}`,
  noData: "아직 없음",
  requests: (count) => `최근 1분 ${count}건`,
  ago: (minutes) => ago(minutes, ["분 전", "시간 전", "일 전"], "방금"),
  never: "아직 없음",
  noProblems: "없음",
  moreProblems: (count) => `외 ${count}건, 운영 화면 참조`,
  stopHint: "Ctrl+C를 누르거나 이 창을 닫으면 허브가 멈춥니다.",
  stopping: "종료하는 중입니다. 처리 중인 응답을 최대 5초 기다립니다.",
  firstStart: (databaseDir) => [
    "ERP 파일을 기다리고 있습니다. 다음 폴더에 파일을 넣거나 ERP가 쓰게 하십시오.",
    `  ${databaseDir}`,
    "  production_analysis.db   올해 생산 실적 (필수)",
    "  archive_2025.db          이름의 연도까지의 지난 실적 (있는 만큼)",
    "파일이 생기면 1초 안에 찾아내고, 브라우저 화면도 스스로 바뀝니다.",
    "먼저 둘러보려면 허브를 멈추고 --demo로 시작하십시오. 별도의 demo 폴더에 예시 데이터를 만듭니다.",
  ],
  pressKey: "아무 키나 누르면 이 창이 닫힙니다.",
};
