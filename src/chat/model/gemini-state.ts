import { type Failure, type FailureKind, policies } from "./gemini-failure.ts";
import type { ModelTrouble } from "./model.ts";

/** How asking models is going, for `/healthz/ai`. */
export interface ModelHealth {
  status: "ok" | "error" | "rate_limited" | "degraded";
  /** A sentence for people, without anything that the service said. */
  message: string;
  /** How long ago that was found out, seconds; null when nothing was. */
  ageSec: number | null;
}

/** A model is not asked until then (ms since 1970), because of this. */
interface Rest {
  kind: FailureKind;
  until: number;
}

/** What is known of the models from asking them. */
export class GeminiState {
  readonly #models: readonly string[];
  readonly #now: () => number;
  readonly #rests = new Map<string, Rest>();
  #doubtful = false;
  #found: Omit<ModelHealth, "ageSec"> & { at: number } = {
    at: Number.NEGATIVE_INFINITY,
    status: "degraded",
    message: "Not checked yet; a check is under way.",
  };

  /** `models`: in the order in which they are asked. `now`: ms since 1970. */
  constructor(models: readonly string[], now: () => number) {
    this.#models = models;
    this.#now = now;
  }

  /** Whether there may be no connection: then it is better looked at before a question waits for it. */
  get doubtful(): boolean {
    return this.#doubtful;
  }

  /** When something was last found out, ms since 1970. */
  get foundAt(): number {
    return this.#found.at;
  }

  /** What keeps a model from being asked now. */
  restOf(model: string): FailureKind | null {
    const rest = this.#rests.get(model);
    return rest && rest.until > this.#now() ? rest.kind : null;
  }

  /** What keeps every model from being asked now: what is in the way of the first one. */
  trouble(): ModelTrouble | null {
    const kinds = this.#models.map((model) => this.restOf(model));
    return kinds[0] && kinds.every((kind) => kind !== null) ? policies[kinds[0]].trouble : null;
  }

  /** The model answered a question. */
  answered(model: string): void {
    this.#rests.delete(model);
    this.#connected();
    this.#accepted(model);
  }

  /** The model was asked in vain. */
  failed(model: string, { kind, retryAfterMs }: Failure): void {
    const { restMs } = policies[kind];
    const cutOff = kind === "unreachable" || kind === "noConnection";
    this.#doubtful = cutOff || kind === "silence";
    if (restMs > 0) {
      const now = this.#now();
      const until = now + (kind === "minuteQuota" ? (retryAfterMs ?? restMs) : restMs);
      const rest = { kind, until: kind === "dayQuota" ? Math.min(until, nextReset(now)) : until };
      for (const each of cutOff || kind === "key" ? this.#models : [model]) this.#rests.set(each, rest);
    }
    this.#find(statuses[kind], sentences[kind](model));
  }

  /**
   * The model was looked up. That it was in vain keeps nobody from asking, unless there is no connection at all: a gateway may pass questions on, and
   * nothing else.
   */
  lookedUp(model: string, failure: Failure | null): void {
    if (failure?.kind === "unreachable" || failure?.kind === "noConnection") {
      this.failed(model, failure);
      return;
    }
    this.#connected();
    if (failure) this.#find(statuses[failure.kind], sentences[failure.kind](model));
    else this.#accepted(model);
  }

  health(): ModelHealth {
    const { status, message, at } = this.#found;
    const ageSec = at === Number.NEGATIVE_INFINITY ? null : Math.max(0, Math.round((this.#now() - at) / 1000));
    const resting = this.#models.flatMap((model) => {
      const kind = this.restOf(model);
      return kind ? [{ model, kind }] : [];
    });
    const [first] = resting;
    if (!first) {
      if (status !== "rate_limited") return { status, message, ageSec };
      // A quota that was used up is not known to be so any longer than its model rests.
      return { status: "degraded", message: `${message} The next question asks it again.`, ageSec };
    }
    const reason = sentences[first.kind](first.model);
    if (resting.length === this.#models.length) {
      return { status: statuses[first.kind], message: `${reason} The hub's own planner answers meanwhile.`, ageSec };
    }
    const others = this.#models.filter((model) => this.restOf(model) === null);
    return { status: "degraded", message: `${reason} ${others.join(", ")} is asked instead.`, ageSec };
  }

  #connected(): void {
    this.#doubtful = false;
    this.#forget("unreachable");
    this.#forget("noConnection");
  }

  #accepted(model: string): void {
    this.#forget("key");
    this.#find("ok", answers(model));
  }

  #forget(kind: FailureKind): void {
    for (const [model, rest] of this.#rests) if (rest.kind === kind) this.#rests.delete(model);
  }

  #find(status: ModelHealth["status"], message: string): void {
    this.#found = { at: this.#now(), status, message };
  }
}

/** The quotas of the day begin anew at midnight Pacific time (https://ai.google.dev/gemini-api/docs/rate-limits). */
function nextReset(now: number): number {
  const here = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO("America/Los_Angeles");
  return here.add({ days: 1 }).startOfDay().epochMilliseconds;
}

const statuses: Record<FailureKind, ModelHealth["status"]> = {
  dayQuota: "rate_limited",
  minuteQuota: "rate_limited",
  service: "degraded",
  broken: "degraded",
  silence: "degraded",
  unreachable: "error",
  noConnection: "error",
  noSuchModel: "error",
  key: "error",
  signature: "error",
  refused: "error",
  blocked: "ok",
  empty: "ok",
  malformed: "ok",
};

const cannotReach = () => "The Gemini service cannot be reached.";
const notAccepted = () => "The Gemini service does not accept what the hub asks of it.";
/** The service works as it should when a model declines. */
const answers = (model: string) => `${model} answers.`;
const sentences: Record<FailureKind, (model: string) => string> = {
  dayQuota: (model) => `The quota of ${model} for today is used up.`,
  minuteQuota: (model) => `${model} was asked more often than its quota of a minute allows.`,
  service: (model) => `The Gemini service has troubles with ${model}.`,
  broken: (model) => `The answers of ${model} broke off.`,
  silence: (model) => `${model} did not answer in time.`,
  unreachable: cannotReach,
  noConnection: cannotReach,
  noSuchModel: (model) => `The Gemini service has no model ${model}.`,
  key: () => "The Gemini service refuses the key in GEMINI_API_KEY.",
  signature: notAccepted,
  refused: notAccepted,
  blocked: answers,
  empty: answers,
  malformed: answers,
};
