/** The words of this part of the dashboard in Korean; `en/views.ts` holds the same keys. */
export const views = {
  open: "보기",
  title: "저장된 보기",
  about:
    "화면과 조회 조건을 이름을 붙여 저장하면 모두가 같은 목록에서 열 수 있습니다. 최근 30일 같은 기간은 여는 날을 기준으로 다시 정해집니다.",
  list: "저장된 보기 열기와 관리",
  none: "아직 저장된 보기가 없습니다.",
  present: (what: string) => `지금 화면: ${what}`,
  name: "이름",
  nameHint: "예: 주간 회의",
  onWall: "현황판에 표시",
  marked: "현황판",
  save: "지금 화면 저장",
  replace: "바꾸기",
  remove: "삭제",
  removeNamed: (name: string) => `보기 ${name} 삭제`,
  removeHelp: "모두의 목록에서 지워집니다.",
  removeSure: "지우기",
  back: "돌아가기",
  saved: (name: string) => `보기 “${name}”을(를) 저장했습니다.`,
  removed: (name: string) => `보기 “${name}”을(를) 지웠습니다.`,
  gone: "그 보기는 이미 지워졌습니다.",
  failed: (id: string) =>
    `저장하지 못했습니다. 로그(logs/app.log)에서 요청 번호 ${id}을(를) 찾으면 원인을 볼 수 있습니다.`,
  refusals: {
    nameless: "이름을 입력해 주십시오.",
    longName: (most: string) => `이름은 ${most}자까지 쓸 수 있습니다.`,
    longAddress: "조회 조건이 너무 길어 저장할 수 없습니다. 제품 수를 줄여 주십시오.",
    taken: (name: string) => `“${name}” 보기가 이미 있습니다. 지금 화면으로 바꾸시겠습니까?`,
    full: (most: string) => `보기는 ${most}개까지 저장할 수 있습니다. 쓰지 않는 보기를 먼저 지워 주십시오.`,
    foreign: "이 대시보드의 화면이 아니어서 저장할 수 없습니다.",
  },
  wall: {
    open: "현황판으로 보기",
    help: "큰 글자로 모든 화면을 30초마다 차례로 보여 줍니다. 현황판에 표시한 보기가 있으면 그 보기만 보여 줍니다. Esc 키를 누르면 끝납니다.",
    leave: "현황판 끝내기",
  },
};
