/** How htmx puts an answer in the place of the page's part, as `hx-boost` takes it. */

const part = { target: "#page", select: "#page" };

/** Links and forms replace the page's part alone; where the reader stands on it, it stays. */
export const swapInPlace = JSON.stringify({ ...part, swap: "outerMorph show:none" });
/** So do links to another page, which is read from its top. */
export const swapFromTop = JSON.stringify({ ...part, swap: "outerMorph show:top showTarget:body" });
