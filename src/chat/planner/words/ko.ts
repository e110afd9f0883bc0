/** The planner's words in Korean. */
export const ko = {
  notFound: (words: string) => `'${words}'에 해당하는 제품을 찾지 못했습니다. 제품 코드나 이름을 확인해 주세요.`,
  which: (count: number) => `해당하는 제품이 ${count}개 있습니다. 어느 제품을 말씀하시나요? 번호나 코드로 답해 주세요.`,
  noSuchDay: (words: string) => `'${words}'은(는) 달력에 없는 날짜입니다. 날짜를 확인해 주세요.`,
  tooLong: (days: string) => `하루 단위로 볼 수 있는 기간은 ${days}일까지입니다. 기간을 줄여 주세요.`,
};

export type Words = typeof ko;
