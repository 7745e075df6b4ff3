/** The names of DCE 1.1 (C706 appendix N). */
export const dceText = `
typedef boolean idl_boolean;
typedef byte idl_byte;
typedef char idl_char;
typedef small idl_small_int;
typedef unsigned small idl_usmall_int;
typedef short idl_short_int;
typedef unsigned short idl_ushort_int;
typedef long idl_long_int;
typedef unsigned long idl_ulong_int;
typedef hyper idl_hyper_int;
typedef unsigned hyper idl_uhyper_int;
typedef float idl_short_float;
typedef double idl_long_float;

typedef small signed8;
typedef short signed16;
typedef long signed32;
typedef unsigned small unsigned8;
typedef unsigned short unsigned16;
typedef unsigned long unsigned32;
typedef unsigned hyper unsigned64;
typedef unsigned long boolean32;

typedef char ISO_LATIN_1;
typedef struct {
    byte row;
    byte column;
} ISO_MULTI_LINGUAL;
typedef struct {
    byte group;
    byte plane;
    byte row;
    byte column;
} ISO_UCS;

typedef struct {
    unsigned long time_low;
    unsigned short time_mid;
    unsigned short time_hi_and_version;
    byte clock_seq_hi_and_reserved;
    byte clock_seq_low;
    byte node[6];
} uuid_t, *uuid_p_t;

typedef struct {
    unsigned long count;
    [size_is(count)] uuid_p_t uuid[];
} uuid_vector_t, *uuid_vector_p_t;
`;
