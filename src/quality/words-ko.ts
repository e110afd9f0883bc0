import type { QualityWords } from "./kind-words.ts";

const fields: Record<string, string> = { lot: "로트 번호가", name: "제품명이", quantity: "양품 수량이" };
const weekdays = ["월", "화", "수", "목", "금", "토", "일"];
const fileName = (file: unknown): string => (file === "live" ? "Live 파일" : `${String(file)} 파일`);
const times = (ratio: unknown, count: (value: unknown) => string): string => `${count(ratio)}배`;

/** The findings in Korean. */
export const ko: QualityWords = {
  kinds: {
    "missing-days": {
      title: "생산이 없는 근무일",
      what: ({ from, to, days, atEnd }, { count }) =>
        `${from === to ? `${from}` : `${from} ~ ${to} 사이 근무일 ${count(days)}일`}에 생산 기록이 하나도 없습니다.${atEnd === 1 ? " 그 뒤의 기록도 아직 없습니다." : ""}`,
      how: "최근 반년 동안 90 % 이상 생산이 있던 요일을 근무일로 보고, 공휴일(음력·대체공휴일 포함)과 해마다 쉬는 날은 제외합니다.",
      meaning: "실적이 전송되지 않았다면 그 기간의 집계가 실제보다 적습니다.",
      action: "공장이 쉰 날이면 ‘이상 없음’으로 표시하고, 아니면 ERP에서 그날 실적이 전송되었는지 확인하십시오.",
    },
    "unusual-day": {
      title: "평소와 크게 다른 하루 총생산",
      what: ({ quantity, expected, ratio, side, weekday }, { count, percent }, { day }) =>
        `${day}(${weekdays[Number(weekday)]}) 총생산 ${count(quantity)}개는 예상 ${count(expected)}개의 ${side === "high" ? times(ratio, count) : percent(ratio)}입니다.`,
      how: "직전 근무일 60일을 요일과 계절에 맞춰 환산한 평균과 비교합니다. 우연히 나올 확률이 10만분의 1 미만이고 1.5배 이상 또는 60 % 이하일 때만 알립니다.",
      meaning: "두 번 전송되거나 빠진 실적이 있다면 그날의 집계가 실제와 다릅니다.",
      action: "중복 전송이나 누락된 실적이 없는지 그날의 배치 목록을 확인하십시오.",
    },
    "unusual-item-day": {
      title: "평소와 크게 다른 제품 생산",
      what: ({ quantity, expected, ratio, side, weekday }, { count, percent }, { item, day }) =>
        `${item}: ${day}(${weekdays[Number(weekday)]}) 생산 ${count(quantity)}개는 예상 ${count(expected)}개의 ${side === "high" ? times(ratio, count) : percent(ratio)}입니다.`,
      how: "제품 자신의 직전 근무일 60일을 요일과 계절에 맞춰 환산한 평균과 비교합니다. 우연히 나올 확률이 10만분의 1 미만이고 2배 이상 또는 절반 이하이며, 많을 때는 지난 1년의 어느 날보다도 뚜렷이 많을 때만 알립니다.",
      meaning: "잘못 입력되거나 빠진 실적이 있다면 그 제품의 집계가 실제와 다릅니다.",
      action: "수량 단위, 중복 입력, 누락된 배치가 없는지 확인하십시오.",
    },
    "item-stopped": {
      title: "생산이 끊긴 제품",
      what: ({ last, gap, longest, share }, { count, percent }, { item }) =>
        `${item}: ${last} 이후 근무일 ${count(gap)}일 동안 생산이 없습니다. 이전에는 근무일의 ${percent(share)}에 생산했고, 가장 긴 공백은 ${count(longest)}일이었습니다.`,
      how: "제품이 평소 생산되던 비율로 볼 때 이만한 공백이 우연히 생길 확률이 100만분의 1 미만이고, 지난 1년의 가장 긴 공백보다 1.5배 길 때 알립니다.",
      meaning: "단종이 아니라면 그 제품의 실적이 빠지고 있을 수 있습니다.",
      action:
        "단종이나 계획된 중단이면 ‘이상 없음’으로 표시하고, 아니면 코드가 바뀌었거나 실적이 빠졌는지 확인하십시오.",
    },
    "level-shift": {
      title: "하루 생산 수준의 변화",
      what: ({ from, to, was, is, change }, { count, percent }) =>
        `최근 4주(${from} ~ ${to}) 하루 생산 수준이 ${count(was)}개에서 ${count(is)}개로 ${Number(change) > 0 ? "늘었습니다" : "줄었습니다"}(${Number(change) > 0 ? "+" : ""}${percent(change)}).`,
      how: "최근 28일과 그 앞 90일의 근무일 중앙값을 요일과 계절에 맞춰 비교합니다. 20 % 이상(계절을 아직 모르면 40 % 이상) 다르고 표준오차의 4배를 넘을 때 알립니다.",
      meaning: "아는 이유가 없다면 실적의 일부가 빠지거나 두 번 들어오고 있을 수 있습니다.",
      action: "증설, 감산, 교대 변경처럼 아는 이유가 있는지, 아니면 일부 라인의 실적이 빠지는지 확인하십시오.",
    },
    "distribution-shift": {
      title: "제품 구성의 변화",
      what: ({ psi, threshold, most, mostBefore, mostNow, from, to }, { count, percent }) =>
        `최근 4주(${from} ~ ${to}) 제품 구성의 안정성 지수(PSI)가 ${count(psi)}로 기준 ${count(threshold)} 이상입니다. 가장 큰 변화: ${most === "" ? "그 밖의 소량 제품" : most} ${percent(mostBefore)} → ${percent(mostNow)}.`,
      how: "최근 28일과 그 앞 90일의 배치 수 비율을 제품별로 비교한 PSI입니다. 0.1부터 변화, 0.2부터 뚜렷한 변화로 봅니다.",
      meaning: "아는 이유가 없다면 제품 코드가 잘못 기록되고 있을 수 있습니다.",
      action: "신제품, 단종, 주문 변화로 설명되는지 확인하고, 아니면 제품 코드가 잘못 기록되는지 살펴보십시오.",
    },
    "absurd-quantity": {
      title: "터무니없는 수량",
      what: ({ quantity, usual, ratio }, { count, percent }, { item, day }) =>
        `${item}: ${day}에 수량 ${count(quantity)}개인 기록이 있습니다. 이 제품의 보통 배치는 ${count(usual)}개입니다(${Number(ratio) >= 1 ? times(ratio, count) : percent(ratio)}).`,
      how: "제품별 배치 수량의 로그값이 중앙값에서 표준편차(MAD)의 6배를 넘고, 4배 이상이거나 20분의 1 이하일 때 알립니다.",
      meaning: "잘못된 수량도 그대로 집계되어 합계와 평균을 크게 바꿉니다.",
      action: "단위(×10, ×1000)나 자릿수를 잘못 입력하지 않았는지 ERP에서 확인하십시오.",
    },
    "negative-quantity": {
      title: "정정으로 보기 어려운 음수 수량",
      what: ({ quantity, usual }, { count }, { item, day }) =>
        `${item}: ${day}에 수량 ${count(quantity)}개인 기록이 있습니다. 이 제품의 보통 배치는 ${count(usual)}개입니다.`,
      how: "이 공장에서 흔한 정정 수량보다 훨씬 큰 음수만 알립니다. 음수가 전혀 없던 공장에서는 모든 음수를 알립니다.",
      meaning: "음수도 그대로 집계되어 합계가 실제보다 적을 수 있습니다.",
      action: "부호가 바뀌었는지, 전량 취소라면 원래 기록도 함께 있는지 확인하십시오.",
    },
    "duplicate-rows": {
      title: "중복된 기록",
      what: ({ file, duplicates, rows, usual, item, lot, quantity }, { count }, { day }) =>
        `${day} ${fileName(file)}: ${count(rows)}건 중 ${count(duplicates)}건이 같은 로트·제품·수량으로 다시 기록되어 있습니다(보통 ${count(usual)}건). 예: ${item}, 로트 ${lot}, ${count(quantity)}개.`,
      how: "한 파일 안에서 날짜, 로트, 제품, 수량이 같고 번호(id)만 다른 기록을 셉니다. 같은 로트의 부분 수량이 우연히 같은 경우가 평소에 얼마나 되는지 감안합니다. 여러 파일에 걸친 같은 기록은 이미 한 번만 집계되므로 여기서 세지 않습니다.",
      meaning: "한 파일 안의 중복은 모두 집계되어 합계가 실제보다 많을 수 있습니다.",
      action: "ERP에서 두 번 전송되었는지 확인하고, 중복이면 ERP에서 지우십시오.",
    },
    "missing-values": {
      title: "비어 있는 값",
      what: ({ file, field, missing, rows, usualShare }, { count, percent }, { day }) =>
        `${day} ${fileName(file)}: ${count(rows)}건 중 ${count(missing)}건에 ${fields[String(field)]} 없습니다(평소 ${percent(usualShare)}).`,
      how: "로트 번호, 제품명, 수량이 비어 있는 비율을 지난 180일의 비율과 비교합니다(이항분포, 확률 1만분의 1 미만).",
      meaning: "로트 번호나 제품명이 없으면 찾기 어렵고, 수량이 없으면 0으로 집계됩니다.",
      action: "입력 화면이나 전송 프로그램이 바뀌지 않았는지 확인하십시오.",
    },
    "text-quantity": {
      title: "숫자가 아닌 수량",
      what: ({ file, texts, rows }, { count }, { day }) =>
        `${day} ${fileName(file)}: ${count(rows)}건 중 ${count(texts)}건의 양품 수량이 숫자가 아닙니다.`,
      how: "양품 수량이 숫자가 아닌 글자로 저장된 기록을 찾습니다. SQLite는 숫자 열에도 글자를 그대로 저장합니다.",
      meaning: "이런 수량은 글자가 숫자로 시작하더라도 0으로 집계되고, 목록에는 수량이 없는 것으로 표시됩니다.",
      action: "ERP에서 수량을 숫자로 고치십시오.",
    },
    "undated-rows": {
      title: "날짜가 아닌 생산일자",
      what: ({ file, rows, texts }, { count }) =>
        `${fileName(file)}에 생산일자가 날짜로 시작하지 않는 기록이 ${count(rows)}건 있습니다${texts ? `: ${texts}` : ""}.`,
      how: "생산일자의 처음 10자리가 올바른 날짜(YYYY-MM-DD)인지 모든 기록에서 확인합니다.",
      meaning: "날짜를 알 수 없어 일별·월별 집계에 들어가지 않습니다.",
      action: "ERP에서 날짜를 고치십시오.",
    },
    "future-days": {
      title: "미래 날짜의 기록",
      what: ({ day, rows, today }, { count }) =>
        `${day} 날짜의 기록이 ${count(rows)}건 있습니다. 오늘은 ${today}입니다.`,
      how: "공장 시간대의 오늘보다 뒤의 날짜를 찾습니다.",
      meaning: "그 날짜의 생산으로 집계되어, 실제로 생산한 날의 집계에서는 빠집니다.",
      action: "연도나 월을 잘못 입력했는지, ERP 서버의 시계가 맞는지 확인하십시오.",
    },
    "misplaced-rows": {
      title: "다른 파일에 있어야 할 기록",
      what: ({ file, rows, twins, alone }, { count }) =>
        `${fileName(file)}에 이 파일의 기간이 아닌 기록이 ${count(rows)}건 있습니다. ${count(twins)}건은 담당 파일에도 똑같이 있고, ${count(alone)}건은 여기에만 있습니다.`,
      how: "파일마다 담당 기간 밖의 기록을 찾아 담당 파일의 기록과 하나씩 비교합니다.",
      meaning: "담당 파일에도 똑같이 있는 기록은 한 번만 집계되고, 여기에만 있는 기록은 여기에서 집계됩니다.",
      action: "여기에만 있는 기록의 날짜가 맞는지 ERP에서 확인하십시오.",
    },
    "similar-code": {
      title: "잘못 입력한 것 같은 제품 코드",
      what: ({ rows, like, likeName, name }, { count }, { item, day }) =>
        like === null
          ? `${day}에 제품 코드가 비어 있는 기록이 ${count(rows)}건 생겼습니다.`
          : `${day}에 처음 나온 코드 '${item}'(${count(rows)}건, ${name ?? "제품명 없음"})은(는) '${like}'(${likeName ?? "제품명 없음"})을(를) 잘못 쓴 것으로 보입니다.`,
      how: "대소문자, 전각·반각, 빈칸, 하이픈만 다른 코드와, 제품명이 같으면서 한 글자만 다른 코드를 찾습니다.",
      meaning: "코드가 다르면 다른 제품으로 집계됩니다.",
      action: "잘못된 코드라면 ERP에서 고치고, 새 제품이 맞으면 ‘이상 없음’으로 표시하십시오.",
    },
    "name-changed": {
      title: "바뀐 제품명",
      what: ({ before, name }, _, { item, day }) =>
        `${item}: ${day}부터 제품명이 '${before}'에서 '${name}'(으)로 바뀌었습니다.`,
      how: "최근 28일 앞뒤로 제품의 가장 새로운 이름을 비교합니다.",
      meaning: "집계는 제품 코드로 하므로 수치는 바뀌지 않습니다.",
      action: "의도한 변경이면 ‘이상 없음’으로 표시하십시오.",
    },
    "new-item": {
      title: "새 제품 코드",
      what: ({ name, rows }, { count }, { item, day }) =>
        `${item}${name === null ? "" : ` (${name})`}: ${day}에 처음 생산되어 지금까지 ${count(rows)}건입니다.`,
      how: "최근 28일 안에 처음 나온 코드를 찾습니다.",
      meaning: "수치가 틀렸다는 뜻은 아니며, 새 코드가 집계에 더해졌음을 알립니다.",
      action: "등록된 신제품인지 확인하십시오.",
    },
  },
  extent: ({ unit, places, records, isValues }, count) => {
    const where = {
      files: `파일 ${count(places)}개`,
      days: places === 1 ? "하루" : `${count(places)}일`,
      items: `제품 ${count(places)}개`,
    };
    if (unit === "findings") return `항목 ${count(places)}개`;
    if (records === null) return where[unit];
    const what = isValues ? `빈 값 ${count(records)}개` : `기록 ${count(records)}건`;
    return records === places && unit !== "items" ? what : `${where[unit]}, ${what}`;
  },
  alert: (title, extent, example) =>
    `생산 데이터에서 발견: ${title} — ${extent}${example === "" ? "" : ` (예: ${example})`}.`,
  file: fileName,
};
