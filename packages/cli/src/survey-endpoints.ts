import type { Kernel, PortListing } from "@ncalrpc/alpc";
import { formatStringBinding, inquireInterfaces } from "@ncalrpc/runtime";
import { describeFailure, type FailureRecord } from "./describe-failure.js";
import { type Identity, identityOf } from "./identity.js";

export interface EndpointReport {
  readonly name: string;
  readonly binding: string;
  readonly owner: Identity;
  readonly isLive: boolean;
  /** Null if the server is dead or did not say. */
  readonly interfaces: readonly OfferedInterface[] | null;
  /** Why it did not say; null if it did, or is dead. */
  readonly failure: FailureRecord | null;
}

export interface OfferedInterface {
  readonly uuid: string;
  /** `major.minor`. */
  readonly version: string;
  /** Null if it is not known here. */
  readonly name: string | null;
}

export interface SurveyOptions {
  /** Milliseconds for each step of asking a server. */
  readonly timeout: number;
  /** By UUID. */
  readonly names: ReadonlyMap<string, string>;
}

/** Servers asked at the same time. */
const AT_ONCE = 32;

/** Every endpoint that can be seen, with what its server says of itself. Throws AlpcError. */
export async function surveyEndpoints(kernel: Kernel, options: SurveyOptions): Promise<EndpointReport[]> {
  const listings = kernel.listPorts();
  const reports: EndpointReport[] = [];
  for (let start = 0; start < listings.length; start += AT_ONCE) {
    const some = listings.slice(start, start + AT_ONCE);
    reports.push(...(await Promise.all(some.map((listing) => survey(kernel, listing, options)))));
  }
  return reports;
}

async function survey(kernel: Kernel, listing: PortListing, options: SurveyOptions): Promise<EndpointReport> {
  const { name, owner, isLive } = listing;
  const binding = formatStringBinding(name);
  const report = { name, binding, owner: identityOf(owner), isLive, interfaces: null, failure: null };
  if (!isLive) return report;
  try {
    // The owner must be the one that is listed: in another directory there may be another port of this name.
    const ids = await inquireInterfaces(binding, { kernel, timeout: options.timeout, serverSid: owner });
    const interfaces = ids.map(({ uuid, version }) => ({
      uuid,
      version: `${version.major}.${version.minor}`,
      name: options.names.get(uuid) ?? null,
    }));
    return { ...report, interfaces };
  } catch (error) {
    const failure = describeFailure(error);
    if (failure === null) throw error;
    return { ...report, failure };
  }
}
