/** A thread's turns, in which messages are handed on. */
export interface Turns {
  /** What is handed on from here on is of one batch. */
  beginBatch(): void;
  /** Tells the listeners that the batch is over, and sends what it has queued. */
  endBatch(): void;
  /** Sends what has been queued. */
  flush(): void;
  /** Takes a turn after everything else of the event loop has had its own. */
  schedule(): void;
}
