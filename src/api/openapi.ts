import { z } from "zod";
import { pathTemplate } from "../http/route.ts";
import { version } from "../version.ts";
import type { AnyEndpoint } from "./endpoint.ts";
import { tags } from "./tags.ts";

const fault = z.object({
  type: z.string(),
  loc: z.array(z.union([z.string(), z.int()])),
  msg: z.string(),
  input: z.unknown(),
});
const coded = z.object({ code: z.string(), message: z.string() });
const errorBody = z
  .object({ detail: z.union([z.string(), z.array(fault), coded]), request_id: z.string() })
  .meta({ id: "Error" });

type Json = Record<string, unknown>;

/** What the application does with a path, whichever endpoint it belongs to. */
export interface PathRules {
  /** Whether it answers clients without a key where keys are asked for. */
  isOpen: (path: string) => boolean;
  /** Whether it is counted against a client's limit. */
  isLimited: (path: string) => boolean;
  /** Whether GET sends an ETag and heeds `If-None-Match`. */
  isTagged: (path: string) => boolean;
}

const introduction = `
Production records of the factory's ERP, over this year's and earlier years' files. The [API guide](/docs/guide) has examples in curl, PowerShell, Python and TypeScript.

- Every path is also served without \`/api/v1\` for existing clients, and with a slash at its end. HEAD is answered wherever GET is.
- Parameters that an endpoint does not know are ignored, and named in the header \`X-Ignored-Parameters\`; empty ones count as absent, of repeated ones the last counts.
- Every error is JSON: \`detail\`, and the \`request_id\` under which the log has it and which every answer carries in \`X-Request-ID\`. What is no address
  of the API answers 404, and one that is asked with another method 405, where \`Allow\` says which it takes.
- Limited endpoints say in \`X-RateLimit-Limit\` and \`X-RateLimit-Remaining\` how many requests a client has, and has left, within a minute.
- Answers from 500 bytes on are compressed for who sends \`Accept-Encoding: gzip\`.
- Assistants use the chat's tools over the Model Context Protocol at \`/mcp\`.`.trim();

/** The OpenAPI 3.1 document, made from the schemas that validate; the same schemas' answers are its components. */
export function openApiDocument(endpoints: readonly AnyEndpoint[], rules: PathRules): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const path = pathTemplate(endpoint.path);
    paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint, path, rules, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Production Data Hub",
      version,
      description: introduction,
      license: { name: "Proprietary", url: "/licences" },
    },
    servers: [{ url: "/api/v1" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas,
      responses: errorResponses(schemas),
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        bearer: { type: "http", scheme: "bearer" },
      },
    },
    security: [{}, { apiKey: [] }, { bearer: [] }],
  };
}

function operation(endpoint: AnyEndpoint, path: string, rules: PathRules, schemas: Json): Json {
  const parameters = [
    ...parametersOf(endpoint.params, "path", schemas),
    ...parametersOf(endpoint.query, "query", schemas),
  ];
  const content = Object.fromEntries(
    Object.entries(endpoint.answer).map(([type, schema]) => [type, { schema: jsonSchema(schema, "output", schemas) }]),
  );
  const isTagged = endpoint.method === "get" && rules.isTagged(path);
  const own = Object.entries(endpoint.refusals ?? {}).map(([status, description]) => [
    status,
    { description, content: errorContent(schemas) },
  ]);
  const references = errorsOf(endpoint, path, rules).map((status) => [
    status,
    { $ref: `#/components/responses/${status}` },
  ]);
  return {
    operationId: `${endpoint.method}${path.replace(/[/._{}]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: endpoint.summary,
    ...(endpoint.description ? { description: endpoint.description } : {}),
    tags: [endpoint.tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(endpoint.body ? { requestBody: requestBody({ "application/json": endpoint.body }, schemas) } : {}),
    ...(endpoint.accepts ? { requestBody: requestBody(endpoint.accepts, schemas) } : {}),
    responses: {
      [endpoint.success ?? 200]: {
        description: endpoint.summary,
        ...(isTagged ? { headers: answerHeaders(endpoint) } : {}),
        content,
      },
      ...(isTagged
        ? { 304: { description: "Nothing has changed since the ETag that was sent as `If-None-Match`." } }
        : {}),
      ...Object.fromEntries([...own, ...references]),
    },
    ...(endpoint.admin ? { security: [{ apiKey: [] }, { bearer: [] }] } : {}),
  };
}

/** Statuses of the errors that an endpoint shares with others. */
function errorsOf(endpoint: AnyEndpoint, path: string, rules: PathRules): string[] {
  const { query, params, body, accepts, admin, readsData } = endpoint;
  const takesInput = query || params;
  return [
    ...(takesInput ? ["400"] : []),
    ...(rules.isOpen(path) ? [] : ["401"]),
    ...(admin ? ["403"] : []),
    ...(body || accepts ? ["413"] : []),
    "414",
    ...(body ? ["415"] : []),
    ...(takesInput || body || accepts ? ["422"] : []),
    ...(rules.isLimited(path) ? ["429"] : []),
    "500",
    ...(readsData ? ["503"] : []),
  ];
}

function answerHeaders({ readsData, answer }: AnyEndpoint): Json {
  const header = (description: string): Json => ({ description, schema: { type: "string" } });
  return {
    ETag: header("Another one when the answer may have changed: send it as `If-None-Match`."),
    ...(readsData
      ? { "X-Data-State": header("`last-good` where a file cannot be read now and its last good version answers.") }
      : {}),
    ...(Object.keys(answer).includes("application/json")
      ? {}
      : { "Content-Disposition": header("A name to save it under.") }),
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: "query" | "path", schemas: Json): Json[] {
  if (!schema) return [];
  const { properties, required = [] } = jsonSchema(schema, "input", schemas) as {
    properties: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, deprecated, example, ...rest }]) => {
    const isRequired = place === "path" || required.includes(name);
    const shown = example !== undefined && !isRequired ? `${description} For example \`${example}\`.` : description;
    return {
      name,
      in: place,
      required: isRequired,
      ...(shown ? { description: shown } : {}),
      ...(deprecated ? { deprecated } : {}),
      // Swagger UI fills in every `example`: all filters at once would find nothing. It leaves `examples` alone.
      schema: { ...rest, ...(example === undefined ? {} : isRequired ? { example } : { examples: [example] }) },
    };
  });
}

function requestBody(types: Record<string, z.ZodType>, schemas: Json): Json {
  const content = Object.entries(types).map(([type, schema]) => [
    type,
    { schema: jsonSchema(schema, "input", schemas) },
  ]);
  return { required: true, content: Object.fromEntries(content) };
}

/** A schema as JSON Schema; named ones move to the components and are referred to. */
function jsonSchema(schema: z.ZodType, io: "input" | "output", schemas: Json): Json {
  const { $schema, $defs, ...made } = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    unrepresentable: "any",
  }) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries($defs ?? {}))
    schemas[name] = withoutId(pointedAtComponents(definition));
  const { id, ...plain } = pointedAtComponents(made);
  if (typeof id !== "string") return plain;
  schemas[id] = plain;
  return { $ref: `#/components/schemas/${id}` };
}

function pointedAtComponents(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

function withoutId({ id: _, ...definition }: Json): Json {
  return definition;
}

const errorContent = (schemas: Json): Json => ({
  "application/json": { schema: jsonSchema(errorBody, "output", schemas) },
});

function errorResponses(schemas: Json): Json {
  const content = errorContent(schemas);
  const retry = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } } };
  return {
    400: { description: "A date, range or cursor is wrong; the sentence says how.", content },
    401: {
      description: "A key is missing or not valid; after 60 wrong ones within a minute every path says 429.",
      content,
    },
    403: {
      description:
        "Not the administrator: the admin key is wrong, or none is set and the call came from another machine.",
      content,
    },
    413: { description: "The body is too large.", content },
    414: { description: "The address is longer than 16 KB.", content },
    415: { description: "The body is not sent as JSON.", content },
    422: { description: "A parameter or a field of the body breaks a rule; each fault names it.", content },
    429: { description: "Too many requests.", headers: retry, content },
    500: { description: "An unexpected error; the log has it under the request id.", content },
    503: { description: "The data cannot be read right now, or the hub is busy.", headers: retry, content },
  };
}
