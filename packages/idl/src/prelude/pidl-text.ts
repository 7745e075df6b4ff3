/**
 * Types that pidl has built in and that are no scalars: 64 bits aligned like 32. And those of Samba's misc.idl that its
 * files use without an import, since C knows them: they are what each of Windows' interfaces has for them.
 */
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
typedef struct {
    unsigned long time_low;
    unsigned short time_mid;
    unsigned short time_hi_and_version;
    unsigned small clock_seq[2];
    unsigned small node[6];
} GUID;
typedef struct { unsigned long handle_type; GUID uuid; } policy_handle;
`;
