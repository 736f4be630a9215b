import { z } from "zod";

/** What a call answers when it is done; without a schema there is no body. */
export interface Done {
  status: number;
  description: string;
  schema?: z.ZodType;
  /** Where it is not JSON. */
  type?: string;
}

/** One call of an API, as its document tells of it. */
export interface DocumentedCall {
  method: string;
  /** What differs in it is in braces. */
  path: string;
  /** One line. */
  summary: string;
  /** What else there is to know, in whole sentences. */
  description?: string;
  /** The ways to show who asks, of which one is enough; none where anybody may. */
  security: Record<string, string[]>[];
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** The body is a file. */
  bytes?: boolean;
  done: Done[];
  /** The codes of its own errors, besides those of every call. */
  errors?: string[];
}

/** What a document says of the API as a whole. */
export interface About {
  title: string;
  description: string;
  /** The origin it is asked at. */
  server?: string;
  securitySchemes: Record<string, unknown>;
  /** The shape of every refusal, and the codes that any call may have. */
  refusal: z.ZodType;
  codes: string[];
}

const schemaOf = (schema: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
  });
  return rest;
};

const content = (schema: unknown, type = "application/json") => ({
  [type]: { schema },
});

const BYTES = { type: "string", format: "binary" };

function parametersIn(place: "query" | "header", fields?: z.ZodObject) {
  if (!fields) return [];
  const { properties = {}, required = [] } = schemaOf(fields);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema,
  }));
}

function parametersOf({ path, query, headers }: DocumentedCall) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true, schema: { type: "string" } },
  }));
  return [
    ...inPath,
    ...parametersIn("query", query),
    ...parametersIn("header", headers),
  ];
}

function answersOf({ done, errors = [] }: DocumentedCall, codes: string[]) {
  const answers = done.map(({ status, description, schema, type }) => [
    `${status}`,
    schema
      ? { description, content: content(schemaOf(schema), type) }
      : { description },
  ]);
  const told = [...codes, ...errors].join(", ");
  const refused = {
    description: `Refused; the code says why, such as: ${told}.`,
    content: content({ $ref: "#/components/schemas/Error" }),
  };
  return Object.fromEntries([...answers, ["default", refused]]);
}

function bodyOf({ body, bytes }: DocumentedCall) {
  if (bytes) {
    const type = "application/octet-stream";
    return { required: true, content: content(BYTES, type) };
  }
  return body && { required: true, content: content(schemaOf(body)) };
}

/**
 * An API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), made from the schemas
 * of its calls.
 */
export function openApiDocument(about: About, calls: DocumentedCall[]) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const call of calls) {
    const path = paths[call.path] ??= {};
    path[call.method.toLowerCase()] = {
      summary: call.summary,
      description: call.description,
      parameters: parametersOf(call),
      requestBody: bodyOf(call),
      security: call.security,
      responses: answersOf(call, about.codes),
    };
  }
  const { title, description, server, securitySchemes, refusal } = about;
  return {
    openapi: "3.1.0",
    info: { title, version: "1", description },
    ...(server ? { servers: [{ url: server }] } : {}),
    paths,
    components: { schemas: { Error: schemaOf(refusal) }, securitySchemes },
  };
}
