/** Types that pidl has built in and that are no scalars: 64 bits aligned like 32. */
export const pidlText = `
typedef struct { unsigned long low; unsigned long high; } NTTIME;
typedef struct { unsigned long low; unsigned long high; } dlong;
typedef struct { unsigned long low; unsigned long high; } udlong;
typedef struct { unsigned long high; unsigned long low; } udlongr;
`;
