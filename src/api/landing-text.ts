import type { Language } from "../language.ts";

type State = "ok" | "copying" | "refilling" | "changing" | "locked" | "broken" | "absent";

interface Texts {
  readonly title: string;
  readonly headline: Readonly<Record<"good" | "wait" | "bad" | "empty", string>>;
  readonly lead: string;
  readonly otherLanguage: string;
  readonly data: string;
  readonly columns: readonly [file: string, state: string, days: string];
  readonly states: Readonly<Record<State, string>>;
  readonly noRows: string;
  readonly noFiles: string;
  /** What stands between backticks is shown as code. */
  readonly noFilesSteps: readonly string[];
  /** Where the hub looks, for whoever sits at its machine. */
  readonly lookedIn: string;
  /** What happens by itself then. */
  readonly byItself: string;
  readonly demo: string;
  /** How to get at it, in steps; what stands between backticks is shown as code. */
  readonly demoSteps: readonly string[];
  readonly download: string;
  readonly downloadHint: string;
  readonly from: string;
  readonly to: string;
  readonly itemCode: string;
  readonly all: string;
  readonly docs: string;
  readonly docsHint: string;
  readonly health: string;
  readonly healthHint: string;
  readonly openapi: string;
  readonly openapiHint: string;
  readonly address: string;
  readonly addressHint: string;
}

/** The words of the hub's front page. */
export const landingTexts: Readonly<Record<Language, Texts>> = {
  ko: {
    title: "생산 데이터 허브",
    headline: {
      good: "생산 데이터를 제공하고 있습니다",
      wait: "데이터 파일을 읽고 있습니다",
      bad: "읽지 못하는 데이터 파일이 있습니다",
      empty: "아직 데이터 파일이 없습니다",
    },
    lead: "ERP가 기록한 생산 실적 파일을 읽어 REST API와 CSV·Excel 파일로 제공합니다.",
    otherLanguage: "English",
    data: "데이터 파일",
    columns: ["파일", "상태", "기간"],
    states: {
      ok: "정상",
      copying: "읽는 중",
      refilling: "ERP가 다시 채우는 중",
      changing: "변경되는 중",
      locked: "사용 중이라 열 수 없음",
      broken: "읽을 수 없음",
      absent: "파일 없음",
    },
    noRows: "기록 없음",
    noFiles: "파일을 넣어 주십시오",
    noFilesSteps: [
      "ERP가 만든 올해 파일을 `database/production_analysis.db` 로 넣어 주십시오.",
      "지난 연도의 파일이 있으면 `database/archive_2025.db` 와 같이 마지막 연도를 붙인 이름으로 함께 넣어 주십시오.",
      "`database` 폴더는 실행 파일과 같은 폴더(또는 `--home`, `HUB_HOME` 으로 지정한 폴더)에 있습니다. 다시 시작할 필요는 없습니다.",
    ],
    lookedIn: "지금 찾아보는 폴더:",
    byItself:
      "파일이 생기면 허브가 1초 안에 찾아내고, 이 화면도 5초 안에 스스로 바뀝니다. 합계와 검색 준비, 매일 02:00의 백업도 스스로 합니다.",
    demo: "예제 데이터로 먼저 둘러보기",
    demoSteps: [
      "허브 창에서 Ctrl+C를 눌러 멈춥니다.",
      "`hub.exe` 가 있는 폴더의 주소 표시줄에 `cmd` 를 입력하고 `hub.exe --demo` 를 실행합니다 (Linux: `./hub --demo`).",
      "별도의 `demo` 폴더에 지어낸 실적 15만 건이 생깁니다. ERP 파일과 섞이지 않으며, 그 폴더를 지우면 사라집니다.",
    ],
    download: "기록 내려받기",
    downloadHint: "칸을 비워 두면 조건 없이 모든 기록을 받습니다.",
    from: "시작일",
    to: "종료일",
    itemCode: "품목코드",
    all: "전체",
    docs: "API 문서",
    docsHint: "모든 요청과 응답의 설명, 바로 실행해 보기",
    health: "상태 점검",
    healthHint: "파일, 디스크, 캐시, 백업의 현재 상태 (JSON)",
    openapi: "OpenAPI 명세",
    openapiHint: "클라이언트 프로그램을 만들 때 쓰는 기계용 명세",
    address: "다른 컴퓨터에서 접속",
    addressHint: "같은 네트워크의 프로그램이나 Excel에서 이 주소로 요청합니다.",
  },
  en: {
    title: "Production Data Hub",
    headline: {
      good: "Production data is being served",
      wait: "Data files are being read",
      bad: "A data file cannot be read",
      empty: "There are no data files yet",
    },
    lead: "Reads the production records that the ERP writes and serves them over a REST API and as CSV and Excel files.",
    otherLanguage: "한국어",
    data: "Data files",
    columns: ["File", "State", "Days"],
    states: {
      ok: "Ready",
      copying: "Being read",
      refilling: "Being refilled by the ERP",
      changing: "Being changed",
      locked: "In use, cannot be opened",
      broken: "Cannot be read",
      absent: "Not there",
    },
    noRows: "no records",
    noFiles: "Put the files in place",
    noFilesSteps: [
      "Put this year's file of the ERP in place as `database/production_analysis.db`.",
      "If there are files of earlier years, put them beside it under the name of their last year, such as `database/archive_2025.db`.",
      "The folder `database` is beside the executable (or in the folder given by `--home` or `HUB_HOME`). No restart is needed.",
    ],
    lookedIn: "The folder it looks in now:",
    byItself:
      "As soon as files appear, the hub finds them within a second, and this page changes by itself within 5. It prepares totals and search, and makes backups every night at 02:00, by itself too.",
    demo: "Look around with demo data first",
    demoSteps: [
      "Press Ctrl+C in the hub's window to stop it.",
      "In the folder of `hub.exe`, type `cmd` into the address bar, and give the command `hub.exe --demo` (Linux: `./hub --demo`).",
      "It makes up 150,000 records in a folder `demo` of their own. They never mix with the ERP's files, and are gone when you delete that folder.",
    ],
    download: "Download records",
    downloadHint: "Leave a field empty to download without that condition.",
    from: "From",
    to: "To",
    itemCode: "Item code",
    all: "all",
    docs: "API documentation",
    docsHint: "Every request and answer explained, and a form to try them",
    health: "Health",
    healthHint: "Files, disk, cache and backup as they are now (JSON)",
    openapi: "OpenAPI document",
    openapiHint: "The description that client generators read",
    address: "From other computers",
    addressHint: "Programs and Excel in the same network send their requests to this address.",
  },
};
