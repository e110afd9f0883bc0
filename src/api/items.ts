import { z } from "zod";
import type { Answers } from "./answer.ts";
import type { Endpoints } from "./endpoint.ts";
import { limit } from "./parameters.ts";

const item = z
  .object({
    item_code: z.string().meta({ example: "BW0021" }),
    item_name: z.string().nullable().meta({ description: "The newest one.", example: "클리어 렌즈" }),
    record_count: z.int(),
  })
  .meta({ id: "Item" });

/** GET /items. */
export function itemEndpoints(endpoints: Endpoints, answers: Answers): void {
  endpoints.add({
    method: "get",
    path: "/items",
    tag: "items",
    summary: "Items of all files, those with most records first",
    query: z.object({
      q: z.string().max(100).optional().meta({ description: "Text that code or name contains.", example: "렌즈" }),
      limit: limit(200, 2000),
    }),
    answer: { "application/json": z.array(item) },
    readsData: true,
    handle: (c, { q, limit }) => answers.respond(c, "items", { q, limit }),
  });
}
