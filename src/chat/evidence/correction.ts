/** Tells a model which numbers of its answer nothing supports, so that it writes the answer again. */
export function correctionFor(unsupported: readonly { written: string }[]): string {
  const numbers = [...new Set(unsupported.map(({ written }) => `"${written}"`))].slice(0, 20).join(", ");
  return (
    `The results of the tools do not support these numbers of your answer: ${numbers}. ` +
    "Write the whole answer again with figures, dates, item codes and lots from the results only, or with what follows from them by plain arithmetic; leave out what they do not show, or call a tool that shows it. Do not mention this correction."
  );
}
