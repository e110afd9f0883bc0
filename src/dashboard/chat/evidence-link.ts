import { described, type Evidence, type Period, type ToolArguments } from "../../chat/types.ts";
import type { Language } from "../../language.ts";
import { addressOf, type Filter } from "../filter.ts";
import { texts } from "../i18n/language.ts";
import type { Page } from "../page.ts";
import { pages } from "../pages/index.ts";

/** A link to the page that shows what an answer rests on. */
export interface EvidenceView {
  /** A path of the hub with the filter in its query. */
  href: string;
  label: string;
}

/** The pages that show the same rows as the calls of an answer, each once, in the order of the calls. */
export function viewsOf(evidence: readonly Evidence[], language: Language): EvidenceView[] {
  const views = evidence.flatMap((one) => viewOf(one, language) ?? []);
  return [...new Map(views.map((view) => [view.href, view])).values()];
}

/** The page that shows what one call was about; null where none shows it, as with most custom queries. */
export function viewOf(
  { tool, arguments: given, period, item_code }: Evidence,
  language: Language,
): EvidenceView | null {
  const show = (page: Page["id"], days: Period | null, more: Partial<Filter> = {}): EvidenceView => {
    const filter = { ...everything, ...days, ...more, ...(days ? {} : { period: "last_30" as const }) };
    const words = texts[language];
    const path = pages.find(({ id }) => id === page)!.path;
    const what = [words.nav[page], ...(days ? [spanOf(days)] : []), ...filter.items, filter.q && `“${filter.q}”`];
    return { href: addressOf(path, filter), label: what.filter(Boolean).join(" · ") };
  };
  const items = item_code === null ? [] : [item_code];
  switch (tool) {
    case "search_production_items":
      return show("items", null, { q: (given as ToolArguments[typeof tool]).keyword });
    case "get_production_summary":
      return show("overview", period, { items });
    case "get_monthly_trend":
      return show("trends", period, { items, unit: "month" });
    case "get_top_items":
      return show("items", period);
    case "compare_periods": {
      const { period1_from, period1_to, period2_from, period2_to } = given as ToolArguments[typeof tool];
      const other = { from: period2_from, to: period2_to };
      return show("compare", { from: period1_from, to: period1_to }, { items, compare: "custom", other });
    }
    case "get_item_history":
      return show("batches", period, { items });
    case "execute_custom_query": {
      const { description } = given as ToolArguments[typeof tool];
      // Beside it stands the comparison, whose page shows the same items.
      if (description === described.falls || description === described.rises) return null;
      if (description === described.dailyTotals) return period && show("trends", period, { items, unit: "day" });
      return period && show("overview", period, { items });
    }
  }
}

/** A filter that leaves nothing out; its days are put in. */
const everything: Filter = {
  period: "custom",
  from: "",
  to: "",
  items: [],
  q: "",
  compare: "previous",
  unit: "auto",
};

const spanOf = ({ from, to }: Period): string => (from === to ? from : `${from} ~ ${to}`);
