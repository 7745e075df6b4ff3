import { beforeAll, describe, expect, test } from "vitest";
import { Reader, Writer } from "../../ndr/dist/index.js";
import { generateTypeScript } from "../src/index.js";
import { compileCase } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

const guid = "00112233-4455-6677-8899-aabbccddeeff";

describe("context handles of a served call", () => {
  let sessions: Loaded;

  beforeAll(async () => {
    sessions = await loadInterface(generateTypeScript(compileCase("context-handles")), "Sessions");
  });

  /** Serves a call whose request is one handle, against a table that knows one state; answers what was asked of it. */
  function serve(
    method: string,
    id: string | null,
    result: unknown,
  ): { log: string[]; response: string | null } {
    const log: string[] = [];
    const state = { name: "state" };
    const request = new Writer();
    request.contextHandle(id);
    const reader = new Reader();
    reader.attach(Buffer.from(request.buffer), 0, request.length);
    const response = new Writer();
    const served = sessions.definition.methods.find(({ name }) => name === method);
    const handlers = {
      [method]: (given: unknown) => {
        log.push(`handler ${given === state}`);
        return result;
      },
    };
    served?.serve(handlers, reader, {
      context: (type: string, given: string | null) => {
        log.push(`context ${type} ${given}`);
        return state;
      },
      contextId: (type: string, given: object | null) => {
        log.push(`contextId ${type} ${given === null ? "null" : "object"}`);
        return given === null ? null : guid;
      },
      closeContext: (type: string, given: string) => {
        log.push(`closeContext ${type} ${given}`);
      },
      respond: (value: unknown, write: (w: Writer, value: unknown) => void) => write(response, value),
    });
    const answer = new Reader();
    answer.attach(Buffer.from(response.buffer), 0, response.length);
    return { log, response: answer.contextHandle() };
  }

  test("an [in] handle becomes the handler's object, an [out] object a handle", () => {
    expect(serve("query", guid, { cursor: {} })).toEqual({
      log: [`context SESSION ${guid}`, "handler true", "contextId Cursor object"],
      response: guid,
    });
  });

  test("null in an [in, out] slot closes the handle", () => {
    expect(serve("closeCursor", guid, { cursor: null })).toEqual({
      log: [`context Cursor ${guid}`, "handler true", `closeContext Cursor ${guid}`, "contextId Cursor null"],
      response: null,
    });
  });
});
