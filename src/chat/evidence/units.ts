/** What a number counts or measures; numbers of one measure are never taken for those of another. */
export type Measure =
  /** Pieces. */
  | "quantity"
  /** Production records, batches, lots. */
  | "batches"
  /** Items, rows, parts of a period: entries of a result. */
  | "entries"
  | "percent"
  /** Differences of percentages. */
  | "points"
  | "times"
  | "rank"
  | "days"
  | "weeks"
  | "months"
  | "quarters"
  | "years"
  /** Money, weight, people and the like, which production records know nothing of. */
  | "foreign";

interface Rule<Meaning> {
  means: Meaning;
  pattern: RegExp;
}

const entryNouns =
  "제품|품목|항목|종류|모델|코드|기간|분기|연도|요일|아이템|상품|지표|결과|사례|구간|조건|단계|(?:종|달|월|날|주|행|열|곳)(?=[ 은는이가을를의에,.)]|$)";
const batchNouns = "배치|로트|생산 ?기록|기록|레코드|생산 ?건|lots?|batch(?:es)?|records?";
const englishEntries =
  "items?|products?|models?|skus?|kinds?|types?|entries|rows?|codes?|results?|periods?|weekdays?|columns?|groups?|names?|figures|values?|categories";

/** Units behind a number, the longer ones first. */
const units: readonly Rule<Measure>[] = [
  {
    means: "points",
    pattern: /^ ?(?:% ?p(?![a-z])|% ?포인트|퍼센트 ?포인트|포인트|pp(?![a-z])|percentage[- ]points?|%-points?)/iu,
  },
  {
    means: "percent",
    pattern: /^[ -]?(?:%|퍼센트|프로(?![가-힣]*(?:젝|그램|덕|세스|필|모))|percent(?!age)|per ?cent|pct)/iu,
  },
  {
    means: "times",
    pattern:
      /^(?: ?배(?![가-힣]*(?:치|송|분|열|경|포|정))| ?곱절|x(?![a-z\d])|×(?! ?\d)| times(?! [a-z]* ?(?:a|per)\b)|[- ]?fold)/iu,
  },
  { means: "rank", pattern: /^(?: ?위(?!치|원|한)| ?등(?![가-힣])| ?번째| ?순위|째|(?:st|nd|rd|th)(?![a-z]))/iu },
  { means: "months", pattern: /^(?: ?개월| ?달(?!러|성|력)| ?months?(?![a-z])|-months?(?![a-z]))/iu },
  { means: "quarters", pattern: /^(?: ?개? ?분기| ?quarters?(?![a-z]))/iu },
  { means: "years", pattern: /^(?: ?개년| ?개 ?연도| ?년(?!도)| ?years?(?![a-z])|-years?(?![a-z]))/iu },
  { means: "weeks", pattern: /^(?: ?주(?:간|일)?(?!문|요|로|력|차|말)| ?weeks?(?![a-z])|-weeks?(?![a-z]))/iu },
  {
    means: "days",
    pattern: /^(?: ?일(?!반|정|부|치)| ?(?:working |business |calendar |production )?days?(?![a-z])|-days?(?![a-z]))/iu,
  },
  {
    means: "entries",
    pattern: new RegExp(
      `^ ?개(?:의)? ?(?:${entryNouns})|^ ?(?:종류|종|품목|제품|가지|요일|모델|항목|아이템|행(?!사|동))|^ (?:different |distinct |other |of the )*(?:${englishEntries})(?![a-z])`,
      "iu",
    ),
  },
  {
    means: "batches",
    pattern: new RegExp(
      `^ ?개(?:의)? ?(?:${batchNouns})|^ ?(?:건|배치|로트|회(?!사|의)|차례|번(?!째|호|지)|생산 ?기록)|^ (?:production |separate |different )*(?:lots?|batch(?:es)?|records?|runs?)(?![a-z])`,
      "iu",
    ),
  },
  {
    means: "quantity",
    pattern:
      /^(?: ?개| ?매(?!월|년|일|출|우)| ?장(?!기|비|치)| ?(?:good |finished )?(?:pieces?|pcs?|ea|units?|lens(?:es)?)(?![a-z]))/iu,
  },
  {
    means: "foreign",
    pattern:
      /^ ?(?:원(?!데이|인|자)|달러|명(?!목)|킬로|톤|그램|시간|시(?!작|리|스|점)|분(?!기|의|석|포|류)|초(?!과|반|순)|박스|상자|팩|대(?!비|로|의|를|에|가|는|형|략|체|부|폭|상|표)|도(?!의|로|는|달|별)|세(?!트|로|부))/u,
  },
  {
    means: "foreign",
    pattern:
      /^ ?(?:kg|g|mg|km|cm|mm|m|t|l|ml|℃|°c|₩|€|krw|usd|won|dollars?|euros?|people|persons?|workers?|employees|hours?|minutes?|mins?|seconds?|secs?|ms|boxes|box|packs?|tons?|tonnes?|kb|mb|gb)(?![a-z])/iu,
  },
];

export interface FoundUnit {
  measure: Measure | null;
  /** Characters behind the number that belong to it. */
  length: number;
  /** 여, 남짓: somewhat more than the number says. */
  over: boolean;
}

/** The unit right behind a number, given what follows it. */
export function unitOf(tail: string): FoundUnit {
  const over = /^ ?(?:여|남짓)(?=[\s개건%배종회매장]|$)/u.exec(tail);
  const rest = over ? tail.slice(over[0].length) : tail;
  for (const { means, pattern } of units) {
    const found = pattern.exec(rest);
    if (found) return { measure: means, length: (over?.[0].length ?? 0) + found[0].length, over: over !== null };
  }
  return { measure: null, length: over?.[0].length ?? 0, over: over !== null };
}

/** Nouns that say what a number without a unit, or with the vague 개, is about. */
const nouns: readonly Rule<Measure | "average" | "difference">[] = [
  {
    means: "average",
    pattern:
      /평균|배치당|건당|로트당|일당|하루|average|avg\.?(?![a-z])|mean(?![a-z])|per[ -](?:batch|day|month|lot|record|week|item)|중앙값|median/giu,
  },
  {
    means: "percent",
    pattern:
      /비중|비율|점유율|구성비|퍼센트|증감률|증가율|감소율|변화율|성장률|등락률|증감율|백분율|달성률|percent(?:age)?|share|rate(?![a-z])|ratio|\(%\)|%|growth/giu,
  },
  {
    means: "difference",
    pattern: /증감(?![률율])|차이|격차|변화량|증가량|감소량|diff(?:erence)?|change(?! ?(?:rate|\(%))|delta|gap/giu,
  },
  {
    means: "batches",
    pattern:
      /배치(?:의)? ?(?:수|건수|개수)?|건수|로트(?: ?수)?|기록(?: ?수)?|횟수|생산 ?건|batch(?:es)?(?: count)?|lots?(?![a-z])|records?|count(?![a-z])|runs(?![a-z])/giu,
  },
  {
    means: "entries",
    pattern:
      /제품 ?수(?!량)|품목 ?수(?!량)|종류|가짓수|항목 ?수(?!량)|(?:number|count) of (?:items|products|models)/giu,
  },
  { means: "rank", pattern: /순위|랭킹|rank(?:ing)?(?![a-z])|no\.|#|번호/giu },
  {
    means: "quantity",
    pattern:
      /생산 ?(?:량|수량|실적)|수량|총량|총 ?생산|합계|누적|누계|양품|production|quantity|quantities|output|total|pieces|volume|sum(?![a-z])/giu,
  },
];

export type Noun = Measure | "average" | "difference";

/** What the last noun before a number says it is; null where none says anything. */
export function nounBefore(text: string): Noun | null {
  let best: { at: number; means: Noun } | null = null;
  for (const { means, pattern } of nouns) {
    for (const { index, 0: found } of text.matchAll(pattern)) {
      const at = index + found.length;
      if (!best || at > best.at) best = { at, means };
    }
  }
  return best?.means ?? null;
}

/** Whether words make a number one of the parts of a whole, and not a change. */
export const shareWords =
  /비중|점유|차지|구성|전체의|전체 ?대비|중 ?(?:약 ?)?$|share|accounts?|makes? up|made up|of (?:the )?(?:total|all|overall)|contribut|기여/iu;
export const changeWords =
  /증가|감소|증감|늘|줄|상승|하락|성장|변화|변동|오르|올랐|내렸|떨어|대비|보다|비해|비교|높|낮|많|적(?=[은었다게습])|급등|급감|반등|회복|둔화|개선|악화|축소|확대|신장|등락|차이|격차|폭|빠[지졌]|모자|앞[서섰]|뒤[지졌처]|더 |덜 |플러스|마이너스|increas|decreas|rose|rise|grew|grow|fell|fall|drop|declin|up|down|higher|lower|more|less|fewer|than|chang|differ|compared|versus|vs|gain|loss|lost|jump|surge|plung|shrank|shrink|climb|slip|gap|margin|above|below|exceed|short of|ahead|behind|delta|Δ|→|±/iu;
export const averageWords =
  /평균|당(?=[\s:은는이가])|하루|꼴|씩|일주일|매월|매일|월별|일별|average|avg|mean|per|each|every|a (?:day|month|week|batch)|daily|monthly|중앙값|median|나누|÷|\//iu;
export const wholeWords =
  /전체|총|합|누적|누계|평균|소계|상위|하위|모두|모든|나머지|기타|최[고대저소]|가장|제일|가운데|(?<!비)중(?=[ ,]|에서)|(?<![a-z])(?:all|total\w*|overall|sum|averag\w*|mean|combin\w*|cumul\w*|top|together|whole|rest|remain\w*|others?|most|least|max\w*|min\w*|highest|lowest|peak\w*|of)(?![a-z])/iu;

const rises =
  /증가|늘|상승|오르|올랐|성장|급등|반등|높|많|초과|신장|확대|웃[돌도]|상회|increas|rose|rise|rising|grew|grow|up(?![a-z])|higher|more|gain|jump|surge|climb|above|exceed|larger|greater|ahead/giu;
const falls =
  /감소|줄|하락|내렸|내려|떨어|급감|낮|적(?=[은었다게습])|축소|밑[돌도]|하회|decreas|declin|fell|fall|drop|down(?![a-z])|lower|less(?![a-z])|fewer|loss|lost|plung|shrank|shrink|slip|below|behind|smaller/giu;

/** Whether words speak of a rise (1) or a fall (-1); 0 where they speak of neither or of both. */
function directionIn(words: string): 1 | -1 | 0 {
  const up = words.search(rises) >= 0;
  const down = words.search(falls) >= 0;
  return up === down ? 0 : up ? 1 : -1;
}

const leading =
  /(?:by|about|some|roughly|an?|of|to|from|nearly|almost|over|around|approximately|more than|의|약|폭은|률은|율은|량은|:|=|\(|\s)*$/iu;

/** Whether the words right around a number make it a rise or a fall: those right before it, else those behind it, else those before. */
export function directionOf(before: string, after: string): 1 | -1 | 0 {
  const words = before.replace(leading, "");
  const verb = /[A-Za-z]+$|(?:증가|감소|상승|하락)[률율폭량]?$/u.exec(words)?.[0] ?? "";
  const behind = after.split(/\d|(?<![a-z])(?:and|while|but|then)(?![a-z])|[고며]\s|지만|으나|다가/iu)[0]!;
  return directionIn(verb) || directionIn(behind) || directionIn(before);
}

const roles: readonly ["sum" | "average", RegExp][] = [
  ["average", /평균(?!보다|대비|이상|이하|을|를|에| 대비| 이상| 이하)|average(?! of the)|mean(?![a-z])/giu],
  ["sum", /합계|총합|합산|합은|합이|합쳐|합치면|더하면|totall?ed|in total|altogether|combined|together/giu],
];

const extremes =
  /(?:가장|제일|최[고대저소]|peak|(?<![a-z])(?:most|least|highest|lowest|best|worst|max|min))(?!.*(?:전체|총|합|누적|total|sum|together))/iu;
/** Whether the last words before a number speak of the greatest or smallest part and not of the whole. */
export const speaksOfExtreme = (words: string): boolean => extremes.test(words);

const changed =
  /^\)?\s*(?:\([^()]{0,12}\)?)?\s*(?:이나|나|만큼|가량|정도|씩)?\s*(?:더 |덜 )?(?:증가|감소|늘|줄|많[은다습았게]|적[은다습었게]|상승|하락|more|less|fewer|higher|lower|increase|decrease)/iu;
/** Whether the words right behind a number make it a difference. */
export const isChange = (tail: string): boolean => changed.test(tail);

/** Whether words call the number behind them a sum or an average; the last one counts. */
export function roleIn(words: string): "sum" | "average" | null {
  const places = roles.map(([role, pattern]) => ({
    role,
    at: Math.max(-1, ...[...words.matchAll(pattern)].map(({ index }) => index)),
  }));
  const [first, other] = places as [(typeof places)[0], (typeof places)[0]];
  if (first.at < 0 && other.at < 0) return null;
  return first.at > other.at ? first.role : other.role;
}

export type Vagueness = "exact" | "about" | "near" | "over" | "under";

const aboutBefore =
  /(?:약|대략|대강|근|≈|(?<![\d가-힣%)] ?)~|about|around|approximately|approx\.?|roughly|some|circa|ca\.)\s*$/iu;
const nearBefore = /(?:거의|nearly|almost|close to)\s*$/iu;
const overBefore = /(?:최소|적어도|무려|over|more than|above|exceed(?:s|ed|ing)?|at least|upwards of|>|≥|이상)\s*$/iu;
const underBefore = /(?:최대|under|less than|below|at most|up to|fewer than|not quite|just short of|<|≤)\s*$/iu;
const aboutAfter = /^\s?(?:가량|정도|쯤|안팎|내외|전후|수준|or so|대(?=[의로를에는가이,. ]))/iu;
const overAfter =
  /^\s?(?:[을를이가]\s)?(?:이상|초과|넘|여(?=[\s개건])|대(?=[의로에는가이를을,. ])|남짓|(?:and|or) (?:more|above|over)|plus|\+|상회|웃도|돌파)/iu;
const underAfter =
  /^\s?(?:[을를이가에]\s)?(?:이하|미만|가까이|가까운|육박|못 ?미치|채 ?안|or less|or fewer|하회|밑도)/iu;

/** How exactly the words around a number want it taken. */
export function vaguenessOf(before: string, after: string): Vagueness {
  if (overBefore.test(before) || overAfter.test(after)) return "over";
  if (underBefore.test(before) || underAfter.test(after)) return "under";
  if (nearBefore.test(before)) return "near";
  return aboutBefore.test(before) || aboutAfter.test(after) ? "about" : "exact";
}
