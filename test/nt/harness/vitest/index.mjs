/**
 * What suites import from "vitest", from Vitest's own runner and matchers: Vitest as a whole needs a bundler, whose native
 * parts are not for every system.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  ChaiStyleAssertions,
  customMatchers,
  GLOBAL_EXPECT,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import * as chai from "chai";

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFailed,
  suite,
  test,
} from "@vitest/runner";

for (const plugin of [JestExtend, JestChaiExpect, ChaiStyleAssertions, JestAsymmetricMatchers])
  chai.use(plugin);

export const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);
globalThis[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0 }, expect);
expect.getState = () => getState(expect);
expect.setState = (state) => setState(state, expect);
chai.expect.extend(expect, customMatchers);

/** Asks again and again until the assertion holds; timeout and interval in milliseconds. */
expect.poll = (probe, { timeout = 10_000, interval = 50 } = {}) => pollUntil(probe, timeout, interval, []);

function pollUntil(probe, timeout, interval, path) {
  return new Proxy(() => {}, {
    get: (_target, key) => pollUntil(probe, timeout, interval, [...path, key]),
    async apply(_target, _this, args) {
      const deadline = performance.now() + timeout;
      for (;;) {
        const isLast = performance.now() >= deadline;
        try {
          const assertion = path.slice(0, -1).reduce((object, key) => object[key], expect(await probe()));
          return assertion[path.at(-1)](...args);
        } catch (error) {
          if (isLast) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, interval));
      }
    },
  });
}
