import type { Grain } from "../../types.ts";

/** The planner's words in Korean. */
export const ko = {
  notFound: (words: string) => `'${words}'에 해당하는 제품을 찾지 못했습니다. 제품 코드나 이름을 확인해 주세요.`,
  which: (count: number) => `해당하는 제품이 ${count}개 있습니다. 어느 제품을 말씀하시나요? 번호나 코드로 답해 주세요.`,
  noSuchDay: (words: string) => `'${words}'은(는) 달력에 없는 날짜입니다. 날짜를 확인해 주세요.`,
  tooLong: (days: string) => `하루 단위로 볼 수 있는 기간은 ${days}일까지입니다. 기간을 줄여 주세요.`,
  help: "이해하지 못했거나 생산 데이터로 답할 수 없는 질문입니다. 다음과 같이 물어봐 주세요.",
  examples: [
    "이번 달 BW0021 총 생산량은?",
    "3월 평균 생산량은?",
    "최근 6개월 월별 추이",
    "지난주에 가장 많이 생산한 제품 5개",
    "작년 대비 올해 생산량",
    "지난달에 뒤처진 제품은?",
    "이번 분기를 작년 같은 분기와 비교",
    "지난달 일별 수량을 엑셀로",
    "BW0021과 BW0022 비교",
    "BW0021 최근 이력 20건",
    "올해 가장 많이 생산한 날은?",
    "이번 분기 BW0021의 비중",
    "'원데이' 제품 목록",
  ],
  ofTargets:
    "목표와 달성률은 대화에서 답하지 않습니다. [목표 관리](/dashboard/targets) 화면에서 제품마다 목표를 얼마나 채웠는지, 뒤처진 제품부터 볼 수 있습니다.",
  whichFile:
    "무엇을 엑셀로 드릴까요? 예를 들어 ‘지난달 일별 수량을 엑셀로’라고 물어보시면, 답변의 표를 파일로 받을 수 있습니다.",
  alsoByItem: (from: string, to: string) =>
    `제품마다 나눈 수치는 [생산 추세](/dashboard/trends?from=${from}&to=${to}&unit=day) 화면에 있고, 그 표도 Excel로 받을 수 있습니다.`,
  dataUntil: (day: string) => `데이터의 마지막 날은 ${day}입니다. 그 뒤의 실적은 아직 들어오지 않았습니다.`,
  asFile: "표 아래의 **Excel** 단추를 누르면 파일로 받습니다.",
  changes: {
    falls: (all: string, shown: string) =>
      `비교 기간보다 생산량이 줄어든 제품은 **${all}종**입니다. 많이 줄어든 순으로 ${shown}종을 보여 드립니다.`,
    rises: (all: string, shown: string) =>
      `비교 기간보다 생산량이 늘어난 제품은 **${all}종**입니다. 많이 늘어난 순으로 ${shown}종을 보여 드립니다.`,
  },
  noChange: { falls: "비교 기간보다 줄어든 제품이 없습니다.", rises: "비교 기간보다 늘어난 제품이 없습니다." },
  alsoTargets: (month: string | null) =>
    `목표에 견주어 뒤처진 제품은 [목표 관리](/dashboard/targets${month === null ? "" : `?month=${month}`})에서 볼 수 있습니다.`,
  unequal: (days: string, base: string, perDay: string, basePerDay: string) =>
    `두 기간의 길이가 다릅니다(${days}일과 ${base}일). 하루 평균은 ${perDay}개와 ${basePerDay}개입니다.`,
  noGround: "데이터 근거를 확보하지 못해 답변할 수 없습니다.",
  period: (days: string) => `기간: ${days}`,
  compared: (days: string, base: string) => `기간: ${days} (비교 기간: ${base})`,
  assumed: "기간을 말씀하지 않으셔서 이 기간으로 답합니다.",
  allTime: (to: string | null) => (to === null ? "전체 기간" : `전체 기간 (${to}까지)`),
  everyItem: "전체 제품",
  lot: (number: string) => `로트 ${number}`,
  none: "생산 기록이 없습니다.",
  total: (who: string, total: string, batches: string) =>
    `${who}: 총 생산량은 **${total}개**입니다 (배치 ${batches}건).`,
  average: (who: string, average: string, batches: string) =>
    `${who}: 배치당 평균 생산량은 **${average}개**입니다 (배치 ${batches}건).`,
  count: (who: string, batches: string) => `${who}: 생산 배치는 **${batches}건**입니다.`,
  more: (who: string, other: string, quantity: string) => `${who}의 생산량이 ${other}보다 ${quantity}개 많습니다.`,
  averageBy: (who: string, grain: string, average: string, parts: string) =>
    `${who}: ${grain} 평균 생산량은 **${average}개**입니다 (생산이 있었던 ${parts} 기준).`,
  trend: (who: string, total: string, part: string, most: string) =>
    `${who}: 합계는 **${total}개**이고, 가장 많은 때는 ${part} (${most}개)입니다.`,
  weekdaysOf: (who: string, total: string, most: readonly [string, string], least: readonly [string, string]) =>
    `${who}: 합계는 **${total}개**입니다. 생산한 날의 하루 평균은 ${most[0]}이 ${most[1]}개로 가장 많고, ${least[0]}이 ${least[1]}개로 가장 적습니다.`,
  best: (who: string, part: string, quantity: string) =>
    `${who}: 가장 많이 생산한 때는 **${part}** (${quantity}개)입니다.`,
  worst: (who: string, part: string, quantity: string) =>
    `${who}: 생산이 있었던 때 중 가장 적게 생산한 때는 **${part}** (${quantity}개)입니다.`,
  ranking: (count: string) => `생산량이 많은 순으로 ${count}개 제품입니다.`,
  rankingLeast: (count: string) => `생산이 있었던 제품 중 생산량이 적은 순으로 ${count}개 제품입니다.`,
  comparison: (who: string, now: string, base: string, diff: string, rate: string | null, direction: -1 | 0 | 1) =>
    direction === 0
      ? `${who}: 두 기간 모두 **${now}개**로 같습니다.`
      : `${who}: **${now}개**로, 비교 기간(${base}개)보다 ${diff}개${rate === null ? "" : ` (${rate}%)`} ${direction > 0 ? "증가" : "감소"}했습니다.`,
  share: (who: string, share: string, part: string, all: string) =>
    `${who}의 비중은 **${share}%**입니다 (전체 ${all}개 중 ${part}개).`,
  itemCount: (count: string) => `생산된 제품은 **${count}종**입니다.`,
  lastMade: (who: string, day: string) => `${who}: 마지막 생산일은 **${day}**입니다.`,
  records: (who: string, count: string) => `${who}: 최신 순으로 ${count}건입니다.`,
  found: (keyword: string, count: string) => `'${keyword}'에 해당하는 제품 ${count}개입니다 (기록이 많은 순).`,
  perGrain: { day: "하루", week: "주", weekday: "요일", month: "월", quarter: "분기", year: "연" } as Record<
    Grain,
    string
  >,
  parts: { day: "일", week: "주", weekday: "요일", month: "개월", quarter: "개 분기", year: "개 연도" } as Record<
    Grain,
    string
  >,
  grain: { day: "날짜", week: "주", weekday: "요일", month: "월", quarter: "분기", year: "연도" } as Record<
    Grain,
    string
  >,
  weekdays: ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"],
  headings: {
    rank: "순위",
    code: "제품 코드",
    name: "제품명",
    item: "제품",
    sum: "합계",
    period: "기간",
    total: "총 생산량(개)",
    batches: "배치 수(건)",
    average: "배치 평균(개)",
    share: "비중(%)",
    day: "생산일",
    lot: "로트 번호",
    quantity: "양품 수량(개)",
    change: "증감(개)",
    base: "비교 기간(개)",
    rate: "증감률(%)",
    records: "기록 수(건)",
    days: "생산일 수(일)",
    perDay: "하루 평균(개)",
  },
};

export type Words = typeof ko;
