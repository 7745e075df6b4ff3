/** One entry of PORT_DATA_INFORMATION: memory of the sender, valid while its request is open. */
export interface DataEntry {
  /** Address in the sender; never used without the kernel's check that it is that process. */
  readonly address: bigint;
  /** Octets. */
  readonly size: number;
}
