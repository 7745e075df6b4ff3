/** Rights to objects that are opened here (winnt.h, ntifs.h). Not in the ALPC fact sheet but where it says so. */
export const IO_COMPLETION_ALL_ACCESS = 0x1f_0003;
export const DIRECTORY_QUERY = 0x1;
export const TOKEN_QUERY = 0x8;
/** Fact sheet 8.10. */
export const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
export const PROCESS_VM_READ = 0x10;
/** PROCESS_VM_OPERATION and PROCESS_VM_WRITE. */
export const PROCESS_VM_CHANGE = 0x28;
export const THREAD_QUERY_LIMITED_INFORMATION = 0x800;
