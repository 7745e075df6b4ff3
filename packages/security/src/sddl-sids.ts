import type { Sid } from "./sid.js";
import { wellKnownSids as known } from "./well-known-sids.js";

/** SID abbreviations that stand for one SID everywhere (MS-DTYP 2.5.1.1, sddl.h). */
const ABSOLUTE: Readonly<Record<string, Sid>> = {
  AA: known.accessControlAssistanceOperators,
  AC: known.allApplicationPackages,
  AN: known.anonymous,
  AO: known.accountOperators,
  AS: known.authenticationAuthorityAsserted,
  AU: known.authenticatedUsers,
  BA: known.administrators,
  BG: known.guests,
  BO: known.backupOperators,
  BU: known.users,
  CD: known.certificateServiceDcomAccess,
  CG: known.creatorGroup,
  CO: known.creatorOwner,
  CY: known.cryptographicOperators,
  ED: known.enterpriseDomainControllers,
  ER: known.eventLogReaders,
  ES: known.rdsEndpointServers,
  HA: known.hyperVAdministrators,
  HI: known.highIntegrity,
  HO: known.userModeHardwareOperators,
  IS: known.iisUsers,
  IU: known.interactive,
  LS: known.localService,
  LU: known.performanceLogUsers,
  LW: known.lowIntegrity,
  ME: known.mediumIntegrity,
  MP: known.mediumPlusIntegrity,
  MS: known.rdsManagementServers,
  MU: known.performanceMonitorUsers,
  NO: known.networkConfigurationOperators,
  NS: known.networkService,
  NU: known.network,
  OW: known.ownerRights,
  PO: known.printOperators,
  PS: known.self,
  PU: known.powerUsers,
  RA: known.rdsRemoteAccessServers,
  RC: known.restrictedCode,
  RD: known.remoteDesktopUsers,
  RE: known.replicator,
  RM: known.remoteManagementUsers,
  RU: known.preWindows2000Access,
  SH: known.openSshUsers,
  SI: known.systemIntegrity,
  SO: known.serverOperators,
  SS: known.serviceAsserted,
  SU: known.service,
  SY: known.localSystem,
  UD: known.userModeDrivers,
  WD: known.everyone,
  WR: known.writeRestricted,
};

/** SID abbreviations that stand for an account of a domain or machine: its SID and this RID. */
const RELATIVE: Readonly<Record<string, number>> = {
  RO: 498,
  LA: 500,
  LG: 501,
  DA: 512,
  DU: 513,
  DG: 514,
  DC: 515,
  DD: 516,
  CA: 517,
  SA: 518,
  EA: 519,
  PA: 520,
  CN: 522,
  AP: 525,
  KA: 526,
  EK: 527,
  RS: 553,
};

const abbreviations = new Map(Object.entries(ABSOLUTE).map(([letters, sid]) => [sid.toString(), letters]));

/** Two upper-case letters -> the SID, the RID of a domain account, or undefined. */
export function lookUpSidAbbreviation(letters: string): Sid | number | undefined {
  if (Object.hasOwn(ABSOLUTE, letters)) return ABSOLUTE[letters];
  return Object.hasOwn(RELATIVE, letters) ? RELATIVE[letters] : undefined;
}

/** The abbreviation where there is one that needs no domain, else the SID. */
export function formatSddlSid(sid: Sid): string {
  return abbreviations.get(sid.toString()) ?? sid.toString();
}
