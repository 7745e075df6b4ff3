/** Ends the tour with `message` if something is not as the tour says it is. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) {
    throw new TourError(message);
  }
}

export class TourError extends Error {
  override readonly name = "TourError";
}
