import Ajv, { type ValidateFunction } from "ajv/dist/2020.js";
import type { Json } from "./hub.ts";

/** What a client sent and got, as far as the OpenAPI document speaks of it. */
export interface Exchange {
  readonly method: string;
  /** Path and query, with or without /api/v1. */
  readonly path: string;
  readonly status: number;
  /** Media type of the answer, with or without its parameters. */
  readonly type: string;
  /** The parsed body of an answer in JSON. */
  readonly body?: Json;
}

/** Refusals that any address may answer with, of which the document's introduction tells. */
const notThere = new Set([404, 405, 413, 414]);

/** Compares answers with an OpenAPI document: whether it tells of their status and media type, and whether they keep to their schema. */
export class DocumentedAnswers {
  readonly #paths: Json;
  readonly #components: Json;
  readonly #ajv = new Ajv({ strict: false, validateFormats: false });
  readonly #validators = new Map<string, ValidateFunction>();
  /** Operations whose answers with 200 were compared with a schema. */
  readonly compared = new Set<string>();

  constructor(document: Json) {
    this.#paths = document.paths;
    this.#components = document.components;
  }

  /** Says how an answer differs from what the document says of it; null where it does not. */
  fault({ method, path, status, type, body }: Exchange): string | null {
    const template = this.#templateOf(method.toLowerCase(), path);
    const operation = template && this.#paths[template][method.toLowerCase()];
    if (!operation) return notThere.has(status) ? null : `${method} ${path} is not in the document.`;
    const named = operation.responses[status];
    if (!named) return status === 413 ? null : `${method} ${template} does not tell of ${status}.`;
    if (status === 304) return null;
    const response = named.$ref ? this.#components.responses[named.$ref.split("/").at(-1)] : named;
    const media = type.split(";")[0]!.trim();
    const content = response.content[media];
    if (!content) return `${method} ${template}, ${status}: the document does not tell of ${media}.`;
    if (body === undefined) return null;
    const name = `${method} ${template} ${status}`;
    if (status === 200) this.compared.add(name);
    const validate = this.#validator(name, content.schema);
    return validate(body) ? null : `${name}: ${this.#ajv.errorsText(validate.errors, { dataVar: "answer" })}`;
  }

  #templateOf(method: string, path: string): string | undefined {
    const bare = path
      .replace(/[?#].*$/s, "")
      .replace(/^\/api\/v1(?=\/)/, "")
      .replace(/(?<=.)\/$/, "");
    if (this.#paths[bare]?.[method]) return bare;
    return Object.keys(this.#paths).find((template) => {
      const pattern = template
        .replace(/[.]/g, "\\.")
        .replace(/\{\w+\}/g, template.startsWith("/records/") ? ".+" : "[^/]+");
      return template.includes("{") && this.#paths[template][method] && new RegExp(`^${pattern}$`, "s").test(bare);
    });
  }

  #validator(name: string, schema: Json): ValidateFunction {
    let validate = this.#validators.get(name);
    if (!validate) {
      validate = this.#ajv.compile({ ...schema, components: this.#components });
      this.#validators.set(name, validate);
    }
    return validate;
  }
}
