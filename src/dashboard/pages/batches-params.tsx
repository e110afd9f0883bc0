/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { type Cursor, decodeCursor } from "../../production/cursor.ts";
import type { RecordFilter } from "../../production/records.ts";
import { type Params, valuesOf } from "../params.ts";
import type { View } from "../view.ts";

/** Rows that the list has at first, and that it grows by. */
export const rowsAtATime = 100;
/**
 * Rows of one list at the most, of which a refresh brings all: 15 ms of the thread that answers everybody. Those after them are a list of
 * their own.
 */
export const mostRows = 1_000;

const quantity = z
  .string()
  .regex(/^[-+]?(\d+\.?\d*|\.\d+)$/)
  .transform(Number)
  .pipe(z.number())
  .optional();
const whole = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(z.int().multipleOf(rowsAtATime).min(rowsAtATime).max(mostRows))
  .default(rowsAtATime);

/** What is open beside the list: `lot:…` or `item:…`. */
const shown = z
  .string()
  .max(220)
  .regex(/^(lot|item):./s)
  .transform((text) => {
    const [, kind, name] = /^(lot|item):(.*)$/s.exec(text)!;
    return { kind: kind as "lot" | "item", name: name! };
  })
  .optional();

const position = z
  .string()
  .transform(decodeCursor)
  .pipe(z.custom<Cursor>((read) => read !== null))
  .optional();

/** Parameters of the page of batches. */
export const batchParams = {
  lot: {
    schema: z.string().max(50).optional(),
    fault: (texts) => texts.batches.faults.lot,
    field: ({ texts, params }) => (
      <label>
        {texts.batches.lot}
        <input type="text" name="lot" value={params.lot ?? ""} maxlength={50} placeholder={texts.batches.lotHint} />
      </label>
    ),
  },
  min: {
    schema: quantity,
    fault: (texts) => texts.batches.faults.min,
    field: ({ texts, params }) => (
      <label class="narrow">
        {texts.batches.min}
        <input type="number" name="min" value={params.min ?? ""} step="any" inputmode="decimal" />
      </label>
    ),
  },
  max: {
    schema: quantity,
    fault: (texts) => texts.batches.faults.max,
    suits: (most: number, { min }) => typeof min !== "number" || min <= most,
    field: ({ texts, params }) => (
      <label class="narrow">
        {texts.batches.max}
        <input type="number" name="max" value={params.max ?? ""} step="any" inputmode="decimal" />
      </label>
    ),
  },
  show: { schema: shown, passing: true, fault: (texts) => texts.batches.faults.show },
  /** Rows on the screen, so that a refresh, a reload and the way back bring as many. */
  rows: { schema: whole, passing: true, fault: (texts) => texts.batches.faults.rows },
  /** The cursor after which the list begins, and the one after which its next part does. */
  after: { schema: position, passing: true, fault: (texts) => texts.batches.faults.after },
  next: { schema: position, passing: true, fault: (texts) => texts.batches.faults.after },
  count: { schema: z.literal("yes").optional(), passing: true, fault: (texts) => texts.batches.faults.count },
} satisfies Params;

/** The values of the page's parameters. */
export function batchValues(view: View) {
  return valuesOf(batchParams, view);
}

/** The rows that the page is about. */
export function recordFilterOf(view: View): RecordFilter {
  const { filter, codes } = view;
  const { lot, min, max } = batchValues(view);
  return {
    from: filter.from,
    to: filter.to,
    ...(codes?.length === 1 ? { itemCode: codes[0] } : { items: codes }),
    lotPrefix: lot,
    minQuantity: min,
    maxQuantity: max,
  };
}
