import type { Context } from "hono";
import { z } from "zod";
import type { ExportFormat, ExportOrder } from "../exports/process.ts";
import type { HubEnv } from "../http/env.ts";
import { HttpError } from "../http/errors.ts";
import { segmentsFor } from "../production/range.ts";
import type { RecordFilter } from "../production/records.ts";
import type { Catalog } from "../segments/catalog.ts";
import { exportFlag, ownCommand } from "../workers/process.ts";
import { tagOf } from "./answer.ts";
import type { Endpoints } from "./endpoint.ts";
import { ordered, recordFilter } from "./parameters.ts";
import { filterOf } from "./records.ts";

const mediaTypes: Record<ExportFormat, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** Exports under way at once; each is a process with some 80 (CSV) to 107 MB (XLSX). */
const maxExports = 3;

/** How long a further export waits for its turn, ms. */
const maxWaitMs = 30_000;

export interface ExportServices {
  catalog: Catalog;
  /** The folder of hub.db, where search indexes are kept; null where there are none. */
  hubDbDir: string | null;
  /** Called when an export ends before it is complete. */
  report: (message: string, requestId: string) => void;
}

/** GET /records.csv and /records.xlsx. */
export function exportEndpoints(endpoints: Endpoints, exporter: Exporter): void {
  const summaries: Record<ExportFormat, string> = { csv: "Records as CSV", xlsx: "Records as an Excel workbook" };
  for (const format of ["csv", "xlsx"] as const) {
    endpoints.add({
      method: "get",
      path: `/records.${format}`,
      tag: "records",
      summary: summaries[format],
      description: "Every record that the filters of /records leave, in the same order, as a stream.",
      query: ordered(recordFilter),
      answer: { [mediaTypes[format]]: z.string().meta({ format: "binary" }) },
      readsData: true,
      handle: (c, values) => exporter.respond(c, format, filterOf(values), values.raw_dates),
    });
  }
}

/** Makes files of records, a few at a time whoever asks for them. */
export class Exporter {
  readonly #services: ExportServices;
  #running = 0;
  /** Exports that wait for one under way to end, first come first served. */
  readonly #waiting: (() => void)[] = [];

  constructor(services: ExportServices) {
    this.#services = services;
  }

  /** Streams the records that a filter leaves. Throws UnavailableError, and HttpError 503 when too many exports are under way. */
  async respond(c: Context<HubEnv>, format: ExportFormat, filter: RecordFilter, rawDates: boolean): Promise<Response> {
    const { catalog, hubDbDir } = this.#services;
    c.set("measured", { name: `records_${format}`, rows: 0, hit: false });
    c.header("Content-Type", format === "csv" ? "text/csv; charset=utf-8" : mediaTypes.xlsx);
    c.header("Content-Disposition", `attachment; filename="${fileName(filter)}.${format}"`);
    c.header("Cache-Control", "no-cache");
    const now = await catalog.current();
    if (catalog.lagging) c.header("X-Data-State", "last-good");
    segmentsFor(now, filter);
    const tag = tagOf(now.version);
    c.header("ETag", tag);
    // Nobody will read the body: hono answers HEAD without one, and its etag middleware makes the match a 304.
    if (isKnown(c.req.header("If-None-Match"), tag)) return c.body(null);
    if (c.req.method === "HEAD") {
      // As GET says it (RFC 9110 §9.3.2): without it Bun would tell of a file of 0 bytes.
      c.header("Transfer-Encoding", "chunked");
      return c.body(null);
    }
    await this.#turn();
    // Taken after the wait: by then the mirrors of the snapshot before may be gone.
    const snapshot = await catalog.current();
    if (catalog.lagging) c.header("X-Data-State", "last-good");
    c.header("ETag", tagOf(snapshot.version));
    return c.body(await this.#start({ format, filter, rawDates, snapshot, hubDbDir }, c.get("requestId")));
  }

  /** Waits until fewer than the allowed number of exports are under way, and takes the place. */
  async #turn(): Promise<void> {
    if (this.#running >= maxExports) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const place = new Promise<boolean>((resolve) => {
        const take = () => resolve(true);
        this.#waiting.push(take);
        timer = setTimeout(() => {
          this.#waiting.splice(this.#waiting.indexOf(take), 1);
          resolve(false);
        }, maxWaitMs);
      });
      const taken = await place;
      clearTimeout(timer);
      if (!taken) {
        throw new HttpError(503, `${maxExports} exports are under way already. Try again when one is done.`, {
          "Retry-After": "10",
        });
      }
    }
    this.#running++;
  }

  #leave(): void {
    this.#running--;
    this.#waiting.shift()?.();
  }

  /** Starts the process and waits for its first bytes, so that a failure before them is an honest error and no broken file. */
  async #start(order: ExportOrder, requestId: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const release = this.#services.catalog.pin(order.snapshot);
    const child = Bun.spawn(ownCommand(exportFlag), {
      stdin: Buffer.from(JSON.stringify(order)),
      stdout: "pipe",
      stderr: "inherit",
      windowsHide: true,
      onExit: () => {
        this.#leave();
        release();
      },
    });
    const bytes = child.stdout.getReader();
    let next = await bytes.read();
    if (next.done)
      throw new HttpError(503, "The export could not be started. Try again in a moment.", { "Retry-After": "5" });
    let cancelled = false;
    return new ReadableStream({
      pull: async (controller) => {
        if (!next.done) controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
        next = await bytes.read();
        if (!next.done || cancelled) return;
        if ((await child.exited) === 0) controller.close();
        else {
          this.#services.report("An export ended before it was complete.", requestId);
          controller.error(new Error("The export is not complete."));
        }
      },
      cancel: () => {
        cancelled = true;
        child.kill("SIGKILL");
      },
    });
  }
}

function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  return ifNoneMatch !== undefined && (ifNoneMatch.trim() === "*" || ifNoneMatch.includes(tag.replace(/^W\//, "")));
}

function fileName({ from, to }: RecordFilter): string {
  const days = [from, to].flatMap((day) => day?.replaceAll("-", "") ?? []);
  return ["records", ...days].join("_");
}
