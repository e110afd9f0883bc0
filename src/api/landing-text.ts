export type Language = "ko" | "en";

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
  readonly demo: string;
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
    demo: "먼저 둘러보시려면 예제 데이터로 시작하십시오.",
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
    demo: "To look around first, start with sample data.",
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
