/** OSVERSIONINFOW (winnt.h), for RtlGetVersion. Not in the ALPC fact sheet: documented by the Windows SDK. */
export const OSVERSIONINFOW = {
  size: 0x114,
  OSVersionInfoSize: 0x00,
  MajorVersion: 0x04,
  MinorVersion: 0x08,
  BuildNumber: 0x0c,
} as const;
