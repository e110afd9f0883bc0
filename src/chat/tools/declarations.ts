import { z } from "zod";
import { toolNames } from "../types.ts";
import { toolArguments } from "./arguments.ts";
import { toolDescriptions } from "./descriptions.ts";

/** The tools as a model is told of them: JSON Schema made of the very schemas that validate the arguments. */
export const toolDeclarations = toolNames.map((name) => {
  const { $schema: _, ...parametersJsonSchema } = z.toJSONSchema(toolArguments[name], { io: "input" });
  return { name, description: toolDescriptions[name], parametersJsonSchema };
});
