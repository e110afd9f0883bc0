import type { Context } from "hono";
import { z } from "zod";
import { texts } from "../dashboard/i18n/language.ts";
import { requireAdmin } from "../http/access.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { sendJson } from "../http/json.ts";
import { uploadedFile } from "../http/upload.ts";
import type { FactoryClock } from "../observe/clock.ts";
import { mostNote } from "../targets/store.ts";
import { mostUploadBytes, type Targets } from "../targets/targets.ts";
import type { Upload } from "../targets/tasks.ts";
import {
  type FileContent,
  isAcceptable,
  type Problem,
  type TargetChange,
  type TargetVersion,
} from "../targets/types.ts";
import type { Endpoints } from "./endpoint.ts";
import { limit, yearMonth } from "./parameters.ts";

export interface TargetEndpointServices {
  targets: Targets;
  clock: FactoryClock;
  adminKey: string | undefined;
  /** Called with a sentence for the log's AUDIT lines. */
  audit: (message: string, requestId: string) => void;
}

/** Changes that a preview lists. */
const mostListed = 1_000;
const mostVersions = 200;

const version = z.lazy(() =>
  z
    .object({
      id: z.int(),
      made_at: z.string(),
      made_by: z.string().meta({ description: "Address of who made it." }),
      note: z.string(),
      origin: z.string().meta({ description: "A file's name, `api`, or `restored N`." }),
    })
    .meta({ id: "TargetVersion" }),
);
const target = z.lazy(() =>
  z
    .object({ month: z.string(), item_code: z.string(), target: z.number() })
    .meta({ id: "Target", description: "A monthly target." }),
);
const change = z.lazy(() =>
  z
    .object({ month: z.string(), item_code: z.string(), before: z.number().nullable(), after: z.number().nullable() })
    .meta({ id: "TargetChange" }),
);
const problem = z.lazy(() =>
  z
    .object({
      kind: z.string(),
      row: z.int().meta({ description: "From 1, as a spreadsheet counts; 0 for the file as a whole." }),
      column: z.string(),
      value: z.string(),
      hint: z.string(),
      message: z.string(),
    })
    .meta({ id: "TargetProblem" }),
);
const preview = z.lazy(() =>
  z.object({
    version: z.int().nullable().meta({ description: "The version in force; send it as `based_on`." }),
    months: z.array(z.string()).meta({ description: "Months whose targets would be replaced." }),
    new: z.int(),
    changed: z.int(),
    removed: z.int(),
    unchanged: z.int(),
    changes: z.array(change).meta({ description: `At most ${mostListed} of them.` }),
    problems: z.array(problem),
    problem_count: z
      .int()
      .meta({ description: "Of all problems, listed or not; without those that `allow_unknown` waives." }),
    unknown_items: z.array(z.string()).meta({ description: "Codes of which nothing was ever made." }),
    can_be_saved: z.boolean(),
  }),
);
const saved = z.lazy(() =>
  z.object({
    version: version.nullable().meta({ description: "The version in force now." }),
    changed: z.int().meta({ description: "Targets that are not as before: new, altered and removed ones together." }),
    new: z.int(),
    removed: z.int().meta({ description: "Targets of the same months that the file does not have." }),
  }),
);
const standing = {
  target: z.number(),
  made: z.number(),
  expected_by_now: z
    .number()
    .meta({ description: "What the plan takes by the end of the last full day, which today is not." }),
  remaining: z.number(),
  achievement: z.number().meta({ description: "made / target" }),
  forecast: z.number().nullable(),
  forecast_low: z.number().nullable().meta({ description: "80 % of the months end between low and high." }),
  forecast_high: z.number().nullable(),
  probability: z.number().nullable().meta({ description: "That the target is reached." }),
  needed_per_day: z.number().nullable().meta({ description: "What a working day must bring from now on." }),
};
const achievement = z.lazy(() =>
  z.object({
    month: z.string(),
    version: version.nullable(),
    newest: z.string().nullable(),
    last_full_day: z.string().nullable(),
    working_days: z.object({ all: z.number(), passed: z.number(), left: z.number() }).nullable(),
    tested_months: z.int(),
    total: z.object(standing).nullable(),
    items: z.array(z.object({ item_code: z.string(), item_name: z.string().nullable(), ...standing })),
    course: z
      .array(
        z.object({
          day: z.string(),
          planned: z.number(),
          made: z.number().nullable(),
          forecast: z.number().nullable(),
        }),
      )
      .meta({ description: "All items together as they add up, day by day." }),
    untargeted: z.object({ item_count: z.int(), made: z.number() }),
  }),
);

const sent = z.object({
  targets: z.array(
    z.object({ month: z.unknown(), item_code: z.unknown(), target: z.unknown() }).meta({ id: "SentTarget" }),
  ),
});
const file = z.string().meta({ format: "binary" });
const accepts = {
  "application/json": sent,
  "text/csv": file,
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": file,
  "multipart/form-data": z.object({ file }),
};

const choices = z.object({
  allow_unknown: z
    .boolean()
    .default(false)
    .meta({ description: "Accept codes of which nothing was ever made: new products." }),
});

/** GET /targets, /targets/versions, /targets/achievement; POST /targets/preview and /targets. */
export function targetEndpoints(
  endpoints: Endpoints,
  { targets, clock, adminKey, audit }: TargetEndpointServices,
): void {
  const { store } = targets;
  const shown = ({ made_at, ...rest }: TargetVersion) => ({ ...rest, made_at: clock.timestamp(new Date(made_at)) });

  endpoints.add({
    method: "get",
    path: "/targets",
    tag: "targets",
    summary: "Monthly targets",
    query: z.object({
      month: yearMonth.optional(),
      version: z
        .int()
        .min(1)
        .optional()
        .meta({ description: "Those of an earlier version; without it those in force." }),
    }),
    answer: { "application/json": z.object({ version: version.nullable(), targets: z.array(target) }) },
    refusals: { 404: "There is no such version." },
    handle: (c, { month, version: id }) => {
      const found = id === undefined ? store.present().version : store.version(id);
      if (id !== undefined && found === null) throw new HttpError(404, `There is no version ${id} of the targets.`);
      const all = id === undefined ? store.present().targets : store.targetsOf(id);
      const wanted = month === undefined ? all : all.filter((one) => one.month === month);
      return sendJson(c, {
        version: found && shown(found),
        targets: wanted.map(({ quantity, ...rest }) => ({ ...rest, target: quantity })),
      });
    },
  });

  endpoints.add({
    method: "get",
    path: "/targets/versions",
    tag: "targets",
    summary: "Versions of the targets, newest first",
    query: z.object({ limit: limit(50, mostVersions) }),
    answer: { "application/json": z.object({ versions: z.array(version) }) },
    handle: (c, { limit }) => sendJson(c, { versions: store.versions(limit).map(shown) }),
  });

  endpoints.add({
    method: "get",
    path: "/targets/achievement",
    tag: "targets",
    summary: "How the targets of a month stand",
    description: "Made, expected by now, and forecast for the month, for each item with a target and all together.",
    query: z.object({ month: yearMonth.optional() }),
    answer: { "application/json": achievement },
    readsData: true,
    handle: async (c, { month }) => {
      const found = await targets.achievement(month ?? (await targets.presentMonth()));
      return sendJson(c, { ...found, version: found.version && shown(found.version) });
    },
  });

  endpoints.add({
    method: "post",
    path: "/targets/preview",
    tag: "targets",
    summary: "What a file of targets would change",
    description: "Changes nothing. Every problem is named with its row and column.",
    query: choices,
    accepts,
    answer: { "application/json": preview },
    admin: true,
    readsData: true,
    middleware: [requireAdmin(adminKey)],
    handle: async (c, { allow_unknown }) => {
      const { content } = await readSent(c, targets);
      return sendJson(c, previewOf(targets, content, allow_unknown));
    },
  });

  endpoints.add({
    method: "post",
    path: "/targets",
    tag: "targets",
    summary: "Set targets",
    description:
      "Replaces the targets of the months in which the file has a number, as a new version. 422 with every problem, and 409 when " +
      "`based_on` is not the version in force.",
    query: choices.extend({
      note: z.string().max(mostNote).default("").meta({ description: "Kept with the version.", example: "November" }),
      based_on: z.int().min(0).optional().meta({ description: "The version that was previewed; 0 for none." }),
    }),
    accepts,
    answer: { "application/json": saved },
    admin: true,
    refusals: { 409: "`based_on` is not the version in force: somebody changed the targets meanwhile." },
    readsData: true,
    middleware: [requireAdmin(adminKey)],
    handle: async (c, { allow_unknown, note, based_on }) => {
      const { content, origin } = await readSent(c, targets);
      const { can_be_saved, problems, ...counts } = previewOf(targets, content, allow_unknown);
      if (!can_be_saved) {
        const detail = problems.map(({ kind, row, column, value, message }) => ({
          type: `target_${kind}`,
          loc: ["body", row, column],
          msg: message,
          input: value,
        }));
        throw new HttpError(422, detail);
      }
      const changed = counts.new + counts.changed + counts.removed;
      const basedOn = based_on === undefined ? undefined : based_on || null;
      const saved = store.save({ ...content, madeBy: c.env.client, note, origin }, basedOn);
      if (saved === "stale")
        throw new HttpError(409, "The targets were changed meanwhile. Preview again what would change now.");
      if (saved) {
        const what = `${changed} changed (${counts.new} new, ${counts.removed} removed)`;
        audit(`targets: version ${saved.id}, ${what}, by ${c.env.client}`, c.get("requestId"));
      }
      const inForce = store.present().version;
      return sendJson(c, {
        version: inForce && shown(inForce),
        // All 0 where the file says what is in force already, which makes no version.
        changed,
        new: counts.new,
        removed: counts.removed,
      });
    },
  });
}

/** What a client sent: a file, or rows as JSON, which are read as a file with these columns would be. */
async function readSent(c: Context<HubEnv>, targets: Targets): Promise<{ content: FileContent; origin: string }> {
  const isJson = /^application\/([\w.-]+\+)?json\b/i.test(c.req.header("Content-Type") ?? "");
  const { name, bytes } = await uploadedFile(c, mostUploadBytes);
  const upload: Upload = isJson ? { rows: rowsOf(bytes) } : { base64: Buffer.from(bytes).toString("base64") };
  return { content: await targets.read(upload), origin: name || "api" };
}

function rowsOf(bytes: Uint8Array): (string | number | null)[][] {
  const refused = (msg: string) => new HttpError(422, [{ type: "json_invalid", loc: ["body"], msg, input: null }]);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw refused("JSON decode error");
  }
  const read = sent.safeParse(body);
  if (!read.success) throw refused('The body must be {"targets": [{"month", "item_code", "target"}, …]}.');
  const cell = (value: unknown): string | number | null =>
    typeof value === "number" || typeof value === "string" ? value : value == null ? null : JSON.stringify(value);
  const rows = read.data.targets.map((one) => [cell(one.month), cell(one.item_code), cell(one.target)]);
  return [["month", "item_code", "target"], ...rows];
}

function previewOf(targets: Targets, content: FileContent, allowUnknown: boolean): z.output<typeof preview> {
  const { store } = targets;
  const changes = store.preview(content);
  const count = (is: (change: TargetChange) => boolean): number => changes.filter(is).length;
  const waived = ({ kind }: Problem): boolean => allowUnknown && kind === "unknownItem";
  const problems = content.problems.filter((one) => !waived(one));
  return {
    version: store.present().version?.id ?? null,
    months: content.months,
    new: count(({ before }) => before === null),
    changed: count(({ before, after }) => before !== null && after !== null),
    removed: count(({ after }) => after === null),
    unchanged: content.targets.length - count(({ after }) => after !== null),
    changes: changes.slice(0, mostListed),
    problems: problems.map((one) => ({ ...one, message: texts.en.targets.problem[one.kind](one.value, one.hint) })),
    problem_count: allowUnknown ? content.severeCount : content.problemCount,
    unknown_items: content.unknown,
    can_be_saved: isAcceptable(content, allowUnknown),
  };
}
