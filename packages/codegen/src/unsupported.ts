/** A model that is correct, with constructs for which there is no code: `reasons` names each and where it is. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(`no code can be generated for: ${reasons.join("; ")}`);
    this.reasons = reasons;
  }
}
