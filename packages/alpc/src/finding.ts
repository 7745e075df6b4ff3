/** Something that a look at this system has found, for people and for whoever is sent the report. */
export interface Finding {
  readonly topic: string;
  readonly what: string;
  readonly observed: string;
  /** "good": as it must be. "bad": not so. "note": neither, worth knowing. */
  readonly verdict: "good" | "bad" | "note";
}

/** A finding that is good if it is as expected; otherwise it says so. */
export function compare(topic: string, what: string, expected: string, observed: string): Finding {
  const isGood = expected === observed;
  return {
    topic,
    what,
    observed: isGood ? observed : `${observed}; expected ${expected}`,
    verdict: isGood ? "good" : "bad",
  };
}

export function note(topic: string, what: string, observed: string): Finding {
  return { topic, what, observed, verdict: "note" };
}
