import type { EchoHandlers } from "../gen/echo.js";

/** What a server of ours answers; `source` gives what is downloaded. */
export function createHandlers(source: (length: number) => Uint8Array): EchoHandlers {
  return {
    echo: (data) => ({ data }),
    upload: (data) => data.length,
    download: (length) => ({ data: source(length) }),
    work: keepBusy,
  };
}

function keepBusy(microseconds: number): void {
  const end = performance.now() + microseconds / 1_000;
  while (performance.now() < end);
}
