/** Types that pidl has built in and that are no scalars: 64 bits aligned like 32. */
export const pidlText = `
typedef struct { unsigned long low; unsigned long high; } NTTIME;
typedef struct { unsigned long low; unsigned long high; } dlong;
typedef struct { unsigned long low; unsigned long high; } udlong;
typedef struct { unsigned long high; unsigned long low; } udlongr;
typedef struct {
    unsigned small sid_rev_num;
    unsigned small num_auths;
    unsigned small id_auth[6];
    [size_is(num_auths)] unsigned long sub_auths[];
} dom_sid2;
typedef struct { unsigned small data[28]; } dom_sid28;
`;
