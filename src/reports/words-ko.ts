/** How the total compares with another one: `direction` is 1 for more, -1 for less, 0 for about as much. */
interface Compared {
  basis: string;
  /** The difference in percent, without a sign. */
  change: string;
  direction: -1 | 0 | 1;
}

/** Every word of the reports in Korean; `words-en.ts` holds the same keys. */
export const ko = {
  titles: { daily: "일일 생산 보고서", weekly: "주간 생산 보고서", monthly: "월간 생산 보고서" },
  product: "생산 데이터 허브",
  week: (name: string, from: string, to: string) => `${name.slice(0, 4)}년 ${Number(name.slice(6))}주(${from} ~ ${to})`,
  month: (name: string) => `${name.slice(0, 4)}년 ${Number(name.slice(5))}월`,
  pieces: (count: string) => `${count}개`,
  headline: {
    produced: (period: string, total: string) => `${period} 양품 수량은 ${total}입니다.`,
    compared: (period: string, total: string, { basis, change, direction }: Compared) => {
      if (direction === 0) return `${period} 양품 수량은 ${total}로 ${basis} 수준입니다.`;
      return `${period} 양품 수량은 ${total}로 ${basis}보다 ${change} ${direction > 0 ? "많습니다" : "적습니다"}.`;
    },
    doubtful: (finding: string) => `주의: 이 수량에는 잘못 입력된 것으로 보이는 기록이 들어 있습니다. ${finding}`,
    also: (parts: readonly Compared[]) => {
      const told = parts.map(({ basis, change, direction }, at) => {
        const isLast = at === parts.length - 1;
        if (direction === 0) return `${basis} ${isLast ? "수준입니다" : "수준이고"}`;
        const stem = direction > 0 ? "많" : "적";
        return `${basis}보다 ${change} ${stem}${isLast ? "습니다" : "고"}`;
      });
      return `${told.join(", ")}.`;
    },
    rose: (item: string, by: string) => `가장 많이 늘어난 제품은 ${item}(${by})입니다.`,
    fell: (item: string, by: string) => `가장 많이 줄어든 제품은 ${item}(${by})입니다.`,
    both: (rise: string, up: string, fall: string, down: string) =>
      `가장 많이 늘어난 제품은 ${rise}(${up}), 가장 많이 줄어든 제품은 ${fall}(${down})입니다.`,
    rest: (period: string) => `${period}에는 생산 실적이 없습니다. 이런 때에는 보통 생산이 없습니다.`,
    missing: (period: string) =>
      `${period}의 생산 실적이 없습니다. 보통 생산이 있는 때이므로 데이터가 아직 들어오지 않았을 수 있습니다.`,
    newest: (day: string) => `가장 최근 데이터는 ${day}입니다.`,
    empty: "아직 생산 데이터가 없습니다. database 폴더의 파일을 확인하십시오.",
    before: (period: string, day: string) => `${period}에는 데이터가 없습니다. 데이터는 ${day}부터 있습니다.`,
    unfinished: (day: string) => `아직 끝나지 않은 기간이며 ${day}까지의 실적입니다. 비교 기간도 같은 날까지입니다.`,
    cut: (day: string) => `데이터가 ${day}까지만 있어 비교 기간도 같은 날까지입니다.`,
    today: "오늘의 실적은 아직 다 들어오지 않았을 수 있습니다.",
    lastGood: "지금 읽을 수 없는 파일이 있어 마지막으로 읽은 내용으로 만들었습니다.",
    alone: "이전 기간의 파일을 읽을 수 없어 비교하지 못했습니다.",
  },
  bases: {
    daily: {
      usual: (weekday: string) => `평소 ${weekday}`,
      previous: (weekday: string) => `전주 ${weekday}`,
      last_year: (weekday: string) => `작년 같은 주 ${weekday}`,
    },
    weekly: { usual: () => "평소 한 주", previous: () => "전주", last_year: () => "작년 같은 주" },
    monthly: { usual: () => "평소 한 달", previous: () => "전월", last_year: () => "작년 같은 달" },
  },
  /** How the bases are named in tables. */
  table: {
    daily: { usual: "평소 같은 요일(8주 중앙값)", previous: "전주 같은 요일", last_year: "작년 같은 주 같은 요일" },
    weekly: { usual: "평소 한 주(8주 중앙값)", previous: "전주", last_year: "작년 같은 주" },
    monthly: { usual: "평소 한 달(6개월 중앙값)", previous: "전월", last_year: "작년 같은 달" },
  },
  sections: {
    totals: "핵심 지표",
    comparisons: "비교",
    days: "일별 생산량",
    items: (count: string) => `상위 ${count}개 제품`,
    rises: "가장 많이 늘어난 제품",
    falls: "가장 많이 줄어든 제품",
    missed: "보통 생산하지만 이번에 실적이 없는 제품",
    targets: (month: string) => `${month} 목표`,
    quality: "데이터 품질",
    hub: "허브 상태",
  },
  columns: {
    total: "총 양품 수량",
    batches: "배치 수",
    average: "배치당 평균 수량",
    activeItems: "생산 제품 수",
    day: "날짜",
    quantity: "양품 수량",
    code: "제품 코드",
    name: "제품명",
    share: "비중",
    difference: "차이",
    change: "증감률",
    basis: "비교 기준",
    period: "기간",
    usual: "평소 수량",
    target: "목표",
    achieved: "실적",
    rate: "달성률",
    forecast: "월말 예상",
    whole: "전체",
    others: (count: string) => `그 밖의 ${count}종`,
    sum: "합계",
  },
  dayBases: { usual: "평소 같은 요일", week_before: "전주 같은 요일", four_weeks_before: "4주 전 같은 요일" },
  batchCount: (count: string) => `${count}건`,
  itemCount: (count: string) => `${count}종`,
  none: { rises: "늘어난 제품이 없습니다.", falls: "줄어든 제품이 없습니다." },
  quality: {
    none: "이 기간의 데이터에는 확인이 필요한 이상(경고)이 없습니다.",
    open: (count: string) => `이 기간의 데이터에 확인이 필요한 이상(경고)이 ${count}건 있습니다.`,
    undated: (count: string) => `날짜와 상관없는 이상(경고)이 따로 ${count}건 있습니다.`,
    more: (count: string) => `그 밖에 ${count}건이 더 있습니다.`,
  },
  hub: {
    backup: (hours: string) => `마지막 백업 ${hours}시간 전`,
    noBackup: "백업 없음",
    noAlerts: "열린 알림 없음",
    alerts: (critical: string, warning: string, info: string) =>
      `열린 알림: 위험 ${critical}, 경고 ${warning}, 안내 ${info}`,
  },
  open: "허브에서 보기",
  footer: (made: string, version: string) => `${made} 작성 · 데이터 버전 ${version}`,
  why: "이 메일은 생산 데이터 허브가 자동으로 보냅니다. 받지 않으려면 허브 관리자에게 문의하십시오.",
  page: (page: string, pages: string) => `${page} / ${pages}쪽`,
  sheets: { summary: "요약", days: "일별", items: "제품별", changes: "증감" },
};

/** The words of the reports in one language. */
export type Words = typeof ko;
