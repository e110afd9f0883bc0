import type { Grain, Intent } from "../../types.ts";
import { en, ko } from "./pattern.ts";

/** What single words say about the kind of question. */
export type Mark =
  | "share"
  | "compare"
  | "trend"
  | "fell"
  | "rose"
  | "file"
  | "most"
  | "least"
  | "rank"
  | "byItem"
  | "item"
  | "history"
  | "lot"
  | "byLot"
  | "last"
  | "kinds"
  | "count"
  | "average"
  | "total"
  | "list"
  | "made"
  | "combined"
  | "recently"
  | "topic"
  | Grain;

/** Words by mark; a word may bear several marks, and the text of one is left for the others to see. */
export const markPatterns: Readonly<Record<Mark, readonly RegExp[]>> = {
  share: [ko("비중|점유율|비율|차지|구성비|몇 (?:퍼센트|프로|%)"), en("shares?|percentages?|percent|proportions?")],
  compare: [
    ko("비교|대비|보다|차이|증감(?:률|율)?|늘었|늘어났|줄었|줄어들었|증가|감소|성장률|신장률|좋아졌|나빠졌"),
    en(
      "compare[ds]?|comparison|comparing|better|versus|vs\\.?|differences?|than|changed?|changes|growth|grew|grown|increased?|decreased?|up or down",
    ),
  ],
  trend: [
    ko("추이|추세|흐름|변화|트렌드|그래프|차트|변동"),
    en("trends?|over time|graph|chart|history by|development|monthly figures|time series"),
  ],
  fell: [
    ko(
      "뒤처[지진져졌]|뒤쳐[지진져졌]|뒤떨어[지진져졌]|부진|저조|떨어[지진져졌]|줄어[든들드]|줄[은었]|감소|하락|급감|밀린|밀리[는고]|밀렸|나빠[지진졌]|나쁜|빠진|(?<![가-힣])처[지진져졌]|덜 ?(?:만든|만들|나온|나간)|안 ?나간|(?:변동|변화)(?:이|가|폭이)? ?(?:큰|심한)|안 ?좋(?:은|았|아)|못 ?나간",
    ),
    en(
      "fell(?: behind)?|fall(?:ing|en)?(?: behind)?|behind|lag(?:ged|ging|s)?|laggards?|dropp(?:ed|ing)|drops?|declin(?:e[ds]?|ing)|decreas(?:e[ds]?|ing)|worse|worsened|down|shrank|shrunk|slipp(?:ed|ing)|slump(?:ed|ing)?|under-?perform(?:ed|ing|ers?)?|weaker|weakest|poorly",
    ),
  ],
  rose: [
    ko(
      "늘어[난나]|늘[은었]|증가|상승|급증|성장한|오른|올랐|좋아[지진졌]|좋은 ?실적|(?:변동|변화)(?:이|가|폭이)? ?(?:큰|심한)",
    ),
    en("grew|grown|growing|increas(?:e[ds]?|ing)|rose|risen|rising|improv(?:ed|ing)|gain(?:ed|ing|s)?|up"),
  ],
  file: [
    ko(
      "엑셀|액셀|엑쎌|(?<![a-z])(?:excel|xlsx?|xls|csv)(?![a-z])|스프레드 ?시트|파일|다운 ?로드|다운 ?받|내려 ?받|내보내",
    ),
    en("excel|xlsx?|xls|csv|spreadsheets?|files?|downloads?|export(?:ed)?"),
  ],
  day: [
    ko(
      "일별|일일|데일리|날마다|하루하루|일자별|날짜별|매일|하루별|하루|일 ?평균|날(?=[은는이가을를의도과와]|짜|$|\\s|\\?)|며칠|일자|생산 ?일(?!지)",
    ),
    en("daily|by day|per[- ]day|each day|every day|day[- ]by[- ]day|days?|a day|date"),
  ],
  week: [
    ko("주별|주간별|주차별|매주|주 ?평균|어느 주|어떤 주|주차|주간(?= ?(?:추이|추세|생산))|한 ?주"),
    en("weekly|by week|per week|each week|every week|week by week|weeks?"),
  ],
  weekday: [
    ko("요일별|무슨 요일|어느 요일|어떤 요일|요일"),
    en("by weekday|weekdays?|day of (?:the )?week|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"),
  ],
  month: [
    ko("월별|월간|달별|매월|매달|월 ?평균|어느 달|어떤 달|몇 월|한 ?달|달(?=[은는이가을를의도]|$|\\s|\\?)"),
    en("monthly|by month|per month|each month|every month|month by month|months?|a month"),
  ],
  quarter: [ko("분기별|매 ?분기|어느 분기|분기 ?평균"), en("quarterly|by quarter|per quarter|each quarter")],
  year: [
    ko("연도별|년도별|연별|년별|매년|해마다|연간 ?추이|연 ?평균|어느 해"),
    en("yearly|annual|annually|by year|per year|each year|every year|year by year"),
  ],
  most: [
    ko("(?:가장|제일|젤) ?(?:많|높|잘|큰)|최다|최대|최고|베스트|1위|일등|1등|피크"),
    en("most|highest|best|max(?:imum)?|largest|biggest|peak|greatest|record"),
  ],
  least: [
    ko("(?:가장|제일|젤) ?(?:적|낮|안|작|덜|못)|최소|최저|하위|꼴찌|꼴등|워스트"),
    en("least|fewest|lowest|worst|min(?:imum)?|smallest|bottom"),
  ],
  rank: [
    ko("순위|랭킹|상위|탑|톱|(?<![a-z])top(?![a-z])|(?<!얼마나\\s{0,3})많이|많은 순|순서|인기(?!록)|주력|\\d+위"),
    en("top|rank(?:ing|ed|s)?|leading|leaderboard"),
  ],
  byItem: [
    ko("(?:제품|품목|아이템|상품|모델|품번|코드) ?별|(?:뭐|뭘|무엇을) ?(?:만들|생산(?!량)|제조)"),
    en("by (?:item|product|model|code)|per (?:item|product|model)|each (?:item|product)|item by item"),
  ],
  item: [
    ko(
      "제품|품목|아이템|상품|모델|품번|(?:줄어든|줄은|떨어진|처진|쳐진|빠진|감소한|하락한|부진한|늘어난|늘은|증가한|오른) ?(?:거|것|게|건)",
    ),
    en("items?|products?|models?|skus?"),
  ],
  history: [
    ko("이력|내역|히스토리|기록|생산 ?일지|레코드|(?:최근|마지막) ?\\d+ ?(?:건|개|번|회)(?!월)"),
    en(
      "history|records?|recent (?:production|batches|entries|records)|(?:last|latest|recent) \\d+ (?:records?|batches|entries|lots|runs|productions?)|log",
    ),
  ],
  byLot: [ko("(?:로트|배치|lot) ?별"), en("by lot|by batch|per lot|each lot")],
  lot: [ko("로트|(?<![a-z])lot|배치"), en("lots?|batch(?:es)?")],
  last: [
    ko(
      "마지막(?:으로)? ?(?:생산|만|제조|날|언제)|언제 ?(?:마지막|생산|만들|제조|까지 ?(?:생산|만))|최근 ?(?:생산|제조)일|최종 ?생산|마지막 ?생산",
    ),
    en(
      "last (?:made|produced|production|manufactured|time|run)|when (?:was|were|did)|most recent(?:ly)? (?:made|produced|production)|latest production",
    ),
  ],
  kinds: [
    ko(
      "(?:제품|품목|아이템|상품|모델)(?: ?의)? ?(?:수(?![가-힣])|수[는가를의]|종류|가짓수|종수)|몇 (?:종류?|가지|품목)|(?:제품|품목|모델)(?:이|은|을)? ?몇 ?개",
    ),
    en(
      "how many (?:different |distinct )?(?:items|products|models|skus)|number of (?:different |distinct )?(?:items|products|models)",
    ),
  ],
  count: [
    ko(
      "건수|횟수|회수|몇 ?(?:건|번|회|차례|로트|배치)|(?:배치|로트) ?(?:수|개수|갯수)|(?:로트|배치|lot)[가는이은]? ?몇 ?개",
    ),
    en(
      "how (?:many|often) (?:batches|lots|times|runs|records)|number of (?:batches|lots|runs|records|times)|(?:batch|lot|record|run) counts?|how often",
    ),
  ],
  average: [ko("평균"), en("average[ds]?|avg|mean")],
  total: [
    ko(
      "총(?:량|합|계|생산량|수량|개수)?|합계|합산|누적|누계|전체 ?생산|생산 ?(?:량|수량|실적|개수|갯수|현황|수|고)|수량|물량|실적|얼마나|얼마|몇 ?개|개수|갯수|현황|요약|집계|통계",
    ),
    en(
      "totals?|sum|how (?:many|much)|outputs?|quantit(?:y|ies)|production|volume|summary|figures?|numbers?|pieces|overview|amount",
    ),
  ],
  list: [
    ko(
      "목록|리스트|검색|찾아|어떤 ?(?:제품|품목|상품|모델)|무슨 ?(?:제품|품목|상품)|조회|(?:제품|품목|상품|모델)(?:은|이|들|에는|들이|들은)? ?(?:뭐|뭐가|무엇|있)|(?:으로|로) ?시작하는|들어가는|포함된?",
    ),
    en(
      "list|search|find|look up|which (?:items|products|models)|what (?:items|products|models)|starting with|containing|named|called|code of",
    ),
  ],
  combined: [ko("합계|합산|합쳐|합친|합하|더하|더한|통틀어"), en("sum|combined|together|added up|sum total")],
  made: [
    ko("생산|만들|만든|만드|제조|찍어|뽑"),
    en("made|make|makes|making|produced?|produces|producing|manufactured?|built|turned out"),
  ],
  recently: [ko("요즘|최근(?:에|의|들어)?|근래|요새"), en("recently|lately|recent|these days")],
  topic: [ko("전체|모든|모두|공장|우리"), en("all|overall|factory|whole|entire|everything|plant")],
};

/** Which marks together mean which kind of question; the first rule that fits holds. */
export interface IntentRule {
  intent: Intent;
  all: readonly Mark[];
  /** At least one of these. */
  any?: readonly Mark[];
  none?: readonly Mark[];
}

const grains: readonly Grain[] = ["day", "weekday", "week", "month", "quarter", "year"];

export const intentRules: readonly IntentRule[] = [
  { intent: "changes", all: ["fell", "rose"], any: ["item", "byItem"], none: ["share"] },
  { intent: "changes", all: ["compare", "byItem"], none: ["trend", "share", "fell", "rose", "average", "count"] },
  { intent: "falls", all: ["fell"], any: ["item", "byItem"], none: ["rose", "trend", "share"] },
  { intent: "rises", all: ["rose"], any: ["item", "byItem"], none: ["fell", "trend", "share"] },
  { intent: "falls", all: ["fell"], any: ["most", "least", "rank"], none: ["rose", "trend", "share", ...grains] },
  { intent: "rises", all: ["rose"], any: ["most", "rank"], none: ["fell", "trend", "share", ...grains] },
  { intent: "share", all: ["share"], none: ["compare"] },
  { intent: "item_count", all: ["kinds"] },
  { intent: "worst", all: ["least"], any: grains, none: ["item", "byItem"] },
  { intent: "best", all: ["most"], any: grains, none: ["item", "byItem"] },
  { intent: "last_made", all: ["last"], none: ["most", "least"] },
  { intent: "comparison", all: ["compare"], none: ["trend", "rank", "byItem"] },
  { intent: "ranking_least", all: ["least"] },
  { intent: "ranking", all: [], any: ["most", "rank"] },
  { intent: "average_by", all: ["average"], any: grains, none: ["trend"] },
  { intent: "trend", all: [], any: ["trend", ...grains], none: ["history", "list"] },
  { intent: "count", all: ["count"] },
  { intent: "history", all: ["history"], none: ["lot"] },
  { intent: "lots", all: ["byLot"], none: ["average"] },
  { intent: "lots", all: ["lot"], none: ["average", "total"] },
  { intent: "lots", all: ["lot"], any: ["list", "history"] },
  { intent: "average", all: ["average"] },
  { intent: "ranking", all: ["byItem"] },
  { intent: "list", all: ["list"] },
  { intent: "ranking", all: ["item", "made"], none: ["total"] },
  { intent: "total", all: [], any: ["total", "made"] },
  { intent: "list", all: ["item"] },
];
