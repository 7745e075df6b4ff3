/** What tells files of different kinds apart (winternl.h, ntifs.h). Not in the ALPC fact sheet: documented by the Windows SDK and driver kit. */
export const FILE_FS_DEVICE_INFORMATION = { size: 0x8, DeviceType: 0x00 } as const;
export const FILE_STANDARD_INFORMATION = { size: 0x18, Directory: 0x15 } as const;

/** FS_INFORMATION_CLASS and FILE_INFORMATION_CLASS. */
export const FileInformation = { FS_DEVICE: 4, STANDARD: 5 } as const;

/** FILE_DEVICE_* of FILE_FS_DEVICE_INFORMATION.DeviceType. */
export const DeviceType = {
  CD_ROM_FILE_SYSTEM: 0x3,
  DISK: 0x7,
  DISK_FILE_SYSTEM: 0x8,
  NAMED_PIPE: 0x11,
  NETWORK: 0x12,
  NETWORK_FILE_SYSTEM: 0x14,
} as const;
