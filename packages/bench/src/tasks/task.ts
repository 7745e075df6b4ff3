/** What the harness lets a client process do. Times are milliseconds, sizes octets. */
export type Task =
  /** One call after the other, each timed. Gives p50, p90, p99, p99.9, max and more points of the distribution, in microseconds. */
  | { readonly kind: "latency"; readonly warmup: number; readonly duration: number }
  /**
   * Keeps `depth` calls going on each of the first `connections` connections until `until` (since the epoch). Gives all
   * calls, those of them that ended between the two times, and the seconds between the first of these and `until`.
   */
  | {
      readonly kind: "load";
      readonly connections: number;
      readonly depth: number;
      readonly from: number;
      readonly until: number;
    }
  /** As `load` with calls that keep a processor of the server busy for `microseconds` each. */
  | {
      readonly kind: "work";
      readonly depth: number;
      readonly microseconds: number;
      readonly from: number;
      readonly until: number;
    }
  /** One call each `interval`, as a client that has little to do. Gives what `latency` gives. */
  | { readonly kind: "paced"; readonly interval: number; readonly duration: number }
  /** Opens connections until this process has so many, and makes a call on each new one. Gives nothing. */
  | { readonly kind: "open"; readonly connections: number }
  /**
   * Moves so many octets over and over, at least `calls` times. Gives the median time in milliseconds, or nothing where the
   * system has no such method.
   */
  | {
      readonly kind: "payload";
      readonly direction: "upload" | "download" | "echo";
      readonly size: number;
      readonly warmup: number;
      readonly duration: number;
      readonly calls: number;
    };
