/** The words of this part of the dashboard in Korean; `en/trends.ts` holds the same keys. */
export const trends = {
  whole: "전체 생산량",
  chosen: "고른 제품 전체의 생산량",
  items: "제품별 생산량",
  averages: (name: string) => `제품별 생산량, ${name}`,
  table: "기간별·제품별 생산량",
  average: "이동 평균",
  noAverage: "없음",
  windows: {
    day: (count: string) => `${count}일`,
    week: (count: string) => `${count}주`,
    month: (count: string) => `${count}개월`,
    year: (count: string) => `${count}년`,
  },
  averageOf: (window: string) => `${window} 평균`,
  ofAverage: "평균",
  averageHelp:
    "이동 평균은 그 시점까지의 값을 평균한 것으로, 조회 기간 앞의 실적도 셉니다. 아직 끝나지 않은 주나 달에는 표시하지 않습니다.",
  wrongAverage: (value: string) => `이동 평균 '${value}'을(를) 알 수 없어 표시하지 않습니다.`,
  greatest: (count: string) =>
    `생산량이 많은 ${count}개 제품을 보여 줍니다. 위의 ‘제품’에서 다른 제품을 5개까지 골라 볼 수 있습니다.`,
  greatestOf: (chosen: string, count: string) =>
    `고른 ${chosen}개 제품 가운데 생산량이 많은 ${count}개만 따로 보여 줍니다:`,
  restInTable: "나머지는 표의 ‘그 밖의’에 더했습니다.",
  few: "비교 기간의 선은 제품이 3개 이하일 때 함께 그립니다.",
  before: "비교 기간",
  ofBefore: (label: string) => `${label}, 비교 기간`,
};
