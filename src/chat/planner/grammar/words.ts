import { en, ko } from "./pattern.ts";

/** What the data do not tell: a question with such a word is never answered with figures. */
export const outOfScope: readonly RegExp[] = [
  // Conditions and exceptions, without which the figures would be others than those asked for.
  ko(
    "빼고|뺀|빼면|제외|말고|없는|없었|없이|없던|않|못 ?(?:한|만든)|안 ?(?:된|되|만든|만들|했|한)|이상|이하|초과|미만|넘는|넘은|넘게|넘었|절반",
  ),
  en(
    "except|excluding|exclude|without|never|not|(?:over|above|below|under|than|least|most) \\d+ ?(?:pieces|pcs|units)?(?! (?:days?|weeks?|months?|quarters?|years?|items?|products?|lots?|records?))|half of the",
  ),
  ko(
    "중간값|중앙값|표준 ?편차|분산|야간|주간 ?조|교대|오전|오후|시간 ?(?:별|대)|라인 ?별|호기|색상 ?별|연휴|명절|설날|추석|휴일|공휴일",
  ),
  en("median|deviation|variance|shifts?|night|hourly|by hour|by colou?r|by line|holidays?|christmas|easter"),
  ko(
    "날씨|기온|(?<![가-힣])비 ?(?:와|올|오)|미세 ?먼지|왜|이유|원인|때문|예측|예상|전망|예보|될까|할까|것 ?같|앞으로|향후|계획",
  ),
  ko(
    "불량|수율|폐기|재고|매출|판매|가격|단가|원가|비용|이익|수익|고객|거래처|주문|납품|출하|배송|직원|작업자|담당자|사람|급여|점심|저녁|메뉴|회식|휴가|설비|기계|온도|전화|주소|환율|주가|뉴스",
  ),
  ko(
    "번역|농담|노래|영화|이름이 ?뭐|누구|누가|안녕|고마워|감사합니다|코드 ?짜|삭제|지워|수정해|변경해|바꿔 ?줘|추가해|등록해|메일|이메일",
  ),
  en(
    "weather|temperature outside|rain|why|reasons?|causes?|because|predict(?:ion|ed)?|forecast|expect(?:ed)?|will|future|plan(?:ned)?|should",
  ),
  en(
    "defects?|defective|yield|scrap|stock|inventory|sales|sold|revenue|price|costs?|profit|customers?|orders?|shipped|shipments?|delivered|employees?|workers?|staff|salary|lunch|dinner|machines?|news|joke|translate|poem|hello|hi|thanks|thank you|who|delete|drop|insert|update|remove|email",
  ),
];

/** What stands on the page of targets: the records tell no targets. */
export const ofTargets: readonly RegExp[] = [ko("목표|달성률|달성율|미달"), en("targets?|goals?")];

/** Words of a question that say nothing about what is asked. */
export const fillers: readonly RegExp[] = [
  ko(
    "엑셀|액셀|엑쎌|파일|다운 ?(?:로드|받[아을기고])?|내려 ?받[아을기고]|받[고아]|받을 ?수|저장(?:해|하[고기])|내보내[기줘]?|보내|첨부|하고|이맘때|해[조죠주바]|좀요",
  ),
  ko(
    "알려|보여|보고 ?싶|말해|가르쳐|뽑아|정리해|계산해|구해|확인해?|궁금(?:해|한데|합니다)?|부탁(?:해|드려|드립니다)?|주세요|주십시오|줘요?|줄래|달라|주라|할래|볼래|볼까|싶어요?|좀|혹시|그럼|그러면|그렇다면|그리고|그런데|근데|그건|또한?|다시|이제|저기",
  ),
  ko(
    "뭐야|뭐지|뭐니|뭐예요|뭔가요|뭔지|뭐가|뭘|무엇|어떻게|어때요?|어땠|어떤|어느|무슨|언제|어디|되나요?|됐|됩니까|되었|되지|되는|된|되[어는면]|돼요?|인가요?|입니까|이야|이에요|예요|인지|이지|일까|하나요|했나요|했어요?|했는지?|했던|한지|하는|하게|해봐|합니까|입니다|있어요?|있나요|있는|있지|있니",
  ),
  ko(
    "데이터|크기|사이즈|자료|결과|정보|양품|단위|기준|기간|동안|사이|중에서?|가운데|각각|관련|대해서?|관한|대한|해당|만큼|정도|대략|정확히|제발|빨리|지금|현재|현황|순으로|짜리|개수|코드|품번|품명|명칭|이름|번호|날짜",
  ),
  ko(
    "나왔|나온|나오|생산|만들|만든|만드|제조|찍어|하루|며칠|는지|은지|그래|많이|많은|높은|낮은|적게|적은|가장|제일|전부|모두|서로",
  ),
  ko(
    "(?:아까|방금|위) ?(?:그|의)? ?(?:제품|품목|거|것)?|그 ?(?:제품|품목|거|것|상품)|이 ?(?:제품|품목|거|것|상품)|해당 ?(?:제품|품목)|같은 ?(?:제품|품목|기간)?|걔|얘|그것|이것|그거|이거",
  ),
  // Single syllables only where they stand by themselves: they are parts of many names.
  ko(
    "(?<![가-힣])(?:자|네|음|한|해|했|됐|되|순|위|씩|낸|냈|응|만|큰|잘|덜|안|젤|다|랑|값|수|총|월|년|주|일|건|개|중|간|별)(?:[은는이가을를의도로]|어요?|지|죠|니|나|냐)?(?![가-힣])",
  ),
  ko(
    "(?:었|았|였|했|됐|졌)(?:어요?|나요?|지요?|죠|니|는지|는가|습니까|던|을까요?|냐)(?![가-힣])|(?:할|될|줄|볼) ?수(?![가-힣])",
  ),
  /\d+\s*(?:개월|개|건|위|가지|종류?|번째|번|등|회|품목|제품|items?|products?|records?|rows?|lots?|batches|entries)(?![a-z0-9])/gu,
  /(?:top|best|worst|bottom|탑|톱|상위|하위|first|last|latest)\s*-?\s*\d+/gu,
  ko("(?<![가-힣])(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무) ?(?:개|건|가지|종류?|번|품목|제품)"),
  en(
    "please|show|give|tell|display|get|fetch|me|us|can|could|would|you|i|we|want|need|like|to|know|see|what|what's|whats|which|how|when|where|is|are|was|were|be|been|did|do|does|has|have|had|the|a|an|of|in|on|at|for|from|by|with|and|or|as|about|between|during|over|within|since|until|up|per|its?|it's|their|they|there|that|this|those|these|then|also|too|only|just|now|ok|okay|so|well|much|many|our|my|let|let's|us|same|one|ones|out|send|into|save|as|need|worse|better|doing|did|reports?|perform(?:ed|ing)?|each|every|any|good|units?|pcs|data|info|information|results?|value|right|currently|far|go|went|going|look|per|other|more|size|sizes|may|different|distinct|various|first|went|across|against|compared|today's|month's|year's|week's|code|name|number",
  ),
  en("one|two|three|four|five|six|seven|eight|nine|ten|twenty"),
];

/** Korean particles and endings that hang on a word, longest first. */
export const particles =
  /(?:에서는|에서도|으로는|까지는|까지의|부터는|이라는|이라고|에서의|한테|에게|에서|에는|에도|으로|까지|부터|이랑|하고|이나|이요|이야|인데|라는|이란|처럼|보다|밖에|마다|조차|들은|들이|들의|들|로|은|는|이|가|을|를|의|도|만|에|과|와|랑|야|요|여|아|나|고|면|지|라|란|네|니|서|다|님)$/u;

/** The question goes on from the one before. */
export const followUps: readonly RegExp[] = [
  /^(?:그럼|그러면|그렇다면|그리고|그건|또|그런데|근데|그 ?중|아니|음|네|응)/u,
  /^(?:and|then|ok|okay|what about|how about|also|but|now|so|same)(?![a-z])/u,
  /(?:추이|평균|합계|총생산량|생산량|순위|이력|내역|비중|로트|건수|목록|비교)도(?:\s|\?|$|요|\s*(?:알려|보여))/u,
];

/** Stands for the item of the question before. */
export const sameItem: readonly RegExp[] = [
  ko(
    "그 ?(?:제품|품목|상품|모델|거|것)|이 ?(?:제품|품목|상품|모델|거|것)|해당 ?(?:제품|품목|상품|모델)|같은 ?(?:제품|품목|상품|모델)|(?<![가-힣])걔|(?<![가-힣])얘",
  ),
  en(
    "that (?:item|product|one|model)|this (?:item|product|one|model)|the same (?:item|product|one)|same (?:item|product)|it|its|it's",
  ),
];

/** Stands for the period of the question before. */
export const samePeriod: readonly RegExp[] = [
  ko("(?:그|같은|동일) ?(?:기간|때|시기)|동 ?기간"),
  en("(?:the )?same (?:period|time|days|dates)|that (?:period|time|month|week|year|day)"),
];

/** Not the item of the question before, but all of them. */
export const allItems: readonly RegExp[] = [
  ko("(?:전체|모든|모두|전) (?:제품|품목|상품)(?!별)|전체|모든|모두|공장 전체"),
  en("all (?:items|products)|all|overall|everything|whole factory|factory|entire|every (?:item|product)"),
];

/** The period before that of the question before. */
export const periodBeforeThat: readonly RegExp[] = [
  ko("(?:그|바로) ?(?:이전|전) ?(?:달|월|주|분기|해|날|기간)"),
  en(
    "the (?:month|week|quarter|year|day|period) before(?! (?:last|yesterday))|(?:the )?preceding (?:month|week|quarter|year|day|period)",
  ),
];

/** The same days a year before. */
export const yearBefore: readonly RegExp[] = [
  ko(
    "(?:전년|작년|지난해) ?(?:도|의)? ?(?:동기|동월|동 ?분기|동 ?기간|이맘 ?때|같은 (?:기간|시기|달|월|분기|때|주)|이번 (?:분기|달|주))(?: 대비)?|(?:전년|작년|지난해)(?:도)? ?(?:대비|비)(?![가-힣])|전년 ?대비|작년 ?대비|yoy",
  ),
  en(
    "year over year|year on year|yoy|(?:last|previous|prior) year s same (?:period|month|quarter|time|days|week)|(?:last|previous|prior) years? same (?:period|month|quarter|time|days|week)|(?:the )?same (?:period|month|quarter|time|days|week) (?:a|one) year (?:ago|earlier|before)|(?:the )?same (?:period|month|quarter|time|days|week) (?:of |in )?(?:the )?(?:last|previous|prior) year|(?:than|to|with|from) (?:a|one) year (?:ago|earlier|before)",
  ),
];

/** As many days, or the same days of the month, before. */
export const precedingPeriod: readonly RegExp[] = [
  ko("(?:전월|전달|전주|전분기|전일|직전 기간|이전 기간|전기) ?(?:대비|동기)|(?<![a-z])mom(?![a-z])"),
  en("month over month|mom|(?:the )?(?:previous|preceding|prior) period|period over period"),
];

/** The first period is what the second is measured by ("지난달보다", "작년 대비"). */
export const baseAfter = /^\s*(?:와|과|랑|하고|보다|대비|에\s*비해|에\s*비하면|비해)/u;
export const baseBefore = /(?:than|to|with|against|vs\.?|versus|over)\s+(?:the\s+)?$/u;

const lot = "(?<lot>(?<![a-z0-9])(?=(?:[a-z_/.-]*\\d){3})[a-z0-9]+(?:[-_/.][a-z0-9]+)*(?![a-z0-9]))";

/** Numbers of lots: what stands beside that word, and what looks like one because of the date in it. */
export const lotNumbers: readonly RegExp[] = [
  new RegExp(
    `(?:로트|배치|(?<![a-z])(?:lots?|batch(?:es)?))\\s*(?:번호|넘버|numbers?|no\\.?|id)?[이가은는]?\\s*[:#]?\\s*${lot}`,
    "gu",
  ),
  new RegExp(`${lot}\\s*(?:번|인|으?로\\s*시작하는)?\\s*(?:로트|배치|(?:lot|batch)(?![a-z]))`, "gu"),
  /(?<lot>(?<![a-z0-9])[a-z]{1,4}\d{6,}(?:[-_]\d+)*(?![a-z0-9]))/gu,
];

/** One sum and no parts. */
export const sums: readonly RegExp[] = [/총|합계|합산|누적/gu, en("totals?|sum")];

/** What to search for, where words say so. */
export const searchWords: readonly RegExp[] = [
  /(?:containing|contain|starting with|start with|named|called|search(?:ing)?(?: for)?|find|look up)\s+(?<word>[\p{L}\p{N}][^\s?!,]*)\s*[?!.]*$/u,
];

/** How many, in front of what is counted. */
export const amounts: readonly RegExp[] = [
  /(?:top|best|worst|bottom|상위|하위|탑|톱|first|last|latest|recent|최근|마지막)\s*-?\s*(?<n>\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)(?!\d|\s*(?:일|주|달|개월|년|분기|days?|weeks?|months?|years?|quarters?))/u,
  /(?<![\d.a-z/-])(?<n>\d{1,4})\s*(?:개(?!월)|건|위|가지|종|번째|등|회|품목|제품|items?|products?|models?|records?|rows?|lots?|batches|entries)(?![a-z])/u,
  /(?<![가-힣])(?<n>한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무)\s*(?:개(?!월)|건|가지|종류?|번|품목|제품)/u,
  /(?:^|\s)(?<n>\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)\s+(?:most|best|top|largest|biggest|highest|least|items?|products?|records?|lots?|batches)/u,
];

export const numerals: Readonly<Record<string, number>> = {
  ...{ 한: 1, 두: 2, 세: 3, 네: 4, 다섯: 5, 여섯: 6, 일곱: 7, 여덟: 8, 아홉: 9, 열: 10, 스무: 20 },
  ...{ one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, twenty: 20 },
};
