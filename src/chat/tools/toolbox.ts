import type { z } from "zod";
import { TooSlowError } from "../../production/desk.ts";
import { UnavailableError } from "../../segments/errors.ts";
import { PoolBusyError } from "../../workers/pool.ts";
import { ToolCounters } from "../counters.ts";
import { scopeOf } from "../sql/scope.ts";
import type { Evidence, ToolCall, ToolError, ToolName, ToolRun } from "../types.ts";
import { toolArguments, type ValidArguments } from "./arguments.ts";
import { Asking, type Found, type ToolServices, tools } from "./tools.ts";

/** Calls tools: validates what they are given, and puts what they found into the contract's form. */
export class Toolbox {
  readonly counters = new ToolCounters();
  readonly #services: ToolServices;

  constructor(services: ToolServices) {
    this.#services = services;
  }

  /**
   * Calls a tool. What is wrong with the arguments, and data that cannot be read now or in time, come back as an error with a sentence.
   * Throws what nobody foresaw, and the signal's reason when that ends the call.
   */
  async call(call: ToolCall, requestId: string, signal?: AbortSignal): Promise<ToolRun | ToolError> {
    signal?.throwIfAborted();
    const started = performance.now();
    const note = (outcome: Parameters<ToolCounters["note"]>[1]): void =>
      this.counters.note(call.name, outcome, performance.now() - started);
    try {
      const given = await this.#call(call, requestId, signal);
      note("status" in given ? given.code : "success");
      return given;
    } catch (error) {
      note(signal?.aborted ? "cancelled" : "unforeseen");
      throw error;
    }
  }

  async #call(call: ToolCall, requestId: string, signal: AbortSignal | undefined): Promise<ToolRun | ToolError> {
    const valid = toolArguments[call.name].safeParse(call.arguments);
    if (!valid.success) {
      const onParams = valid.error.issues.every(({ path }) => path[0] === "params");
      return failed(onParams ? "INVALID_PARAMS" : "INVALID_ARGUMENTS", inSentences(call.name, valid.error));
    }
    const { catalog } = this.#services;
    const wasBehind = catalog.lagging;
    try {
      const given =
        call.name === "execute_custom_query"
          ? await this.#query(call.arguments, valid.data as ValidArguments["execute_custom_query"], requestId, signal)
          : await this.#ask(call, valid.data, requestId, signal);
      if ("evidence" in given && (wasBehind || catalog.lagging)) given.evidence.last_good = true;
      return given;
    } catch (error) {
      signal?.throwIfAborted();
      const known = asToolError(error);
      if (known) return known;
      throw error;
    }
  }

  async #ask(
    { name, arguments: given }: Exclude<ToolCall, { name: "execute_custom_query" }>,
    values: object,
    requestId: string,
    signal: AbortSignal | undefined,
  ): Promise<ToolRun> {
    const tool = tools[name] as (asking: Asking, values: object, services: ToolServices) => Promise<Found<ToolName>>;
    const { fields, period, rows, segments } = await tool(
      new Asking(this.#services, requestId, signal),
      values,
      this.#services,
    );
    const item_code = "item_code" in given ? (given.item_code ?? null) : null;
    const evidence: Evidence = { tool: name, arguments: given, period, item_code, row_count: rows, segments };
    return { name, arguments: given, result: { status: "success", ...fields }, evidence } as ToolRun;
  }

  async #query(
    given: ToolRun["arguments"] & { sql: string },
    values: ValidArguments["execute_custom_query"],
    requestId: string,
    signal: AbortSignal | undefined,
  ): Promise<ToolRun | ToolError> {
    const name = "execute_custom_query";
    const { result, segments } = await this.#services.runCustomQuery(values, requestId, signal);
    if (result.status === "error") return result;
    const evidence: Evidence = {
      tool: name,
      arguments: given,
      ...scopeOf(values.sql, values.params),
      row_count: result.row_count,
      segments,
    };
    return { name, arguments: given, result, evidence };
  }
}

/** What the desk throws when data cannot be read now or in time, as a tool's error; null for anything else. */
export function asToolError(error: unknown): ToolError | null {
  if (error instanceof TooSlowError) return failed("QUERY_TIMEOUT", error.message);
  if (error instanceof UnavailableError || error instanceof PoolBusyError) return failed("UNAVAILABLE", error.message);
  return null;
}

function failed(code: ToolError["code"], message: string): ToolError {
  return { status: "error", code, message };
}

/** What is wrong with a call's arguments, so that a model can mend them. */
function inSentences(name: ToolName, { issues }: z.core.$ZodError): string {
  const faults = issues.map(({ path, message }) => `${path.join(".") || "arguments"}: ${message}`);
  return `The arguments of ${name} are not valid. ${faults.join(" ")}`;
}
