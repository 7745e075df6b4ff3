import {
  accessCheck,
  describeDenial,
  methodRights,
  type ObjectRights,
  parseSddl,
  portRights,
  type SecurityDescriptor,
  type Token,
} from "@ncalrpc/security";

/** A descriptor and the right that a caller needs in it. */
export interface AccessRule {
  /** What it protects, for messages: `endpoint`, `ServiceControl`, `ServiceControl.start`. */
  readonly subject: string;
  readonly descriptor: SecurityDescriptor;
  readonly right: number;
  readonly rights: ObjectRights;
}

/** The rule that who calls must be allowed to connect. */
export function connectRule(descriptor: SecurityDescriptor): AccessRule {
  return { subject: "the endpoint", descriptor, right: portRights.connect, rights: portRights };
}

/** The rule of an interface or a method. Throws SddlError. */
export function callRule(security: string | SecurityDescriptor, subject: string): AccessRule {
  const descriptor = typeof security === "string" ? parseSddl(security, { requireDacl: true }) : security;
  return { subject, descriptor, right: methodRights.call, rights: methodRights };
}

/** Null if all rules let the caller in, else why the first one does not. */
export function findDenial(token: Token, rules: readonly AccessRule[]): string | null {
  for (const { subject, descriptor, right, rights } of rules) {
    const { granted, deniedBy } = accessCheck(token, descriptor, right, rights.mapping);
    if (!granted) {
      const reason = deniedBy === undefined ? "" : `: ${describeDenial(deniedBy, rights)}`;
      return `${token.user} may not use ${subject}${reason}`;
    }
  }
  return null;
}
