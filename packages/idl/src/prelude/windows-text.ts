/** The names that Windows gives to scalars and small structs, as its headers and MS-DTYP 2.2 publish them. */
export const windowsText = `
typedef unsigned char BYTE, *PBYTE, *LPBYTE, UCHAR, *PUCHAR, byte8;
typedef byte BOOLEAN, *PBOOLEAN;
typedef char CHAR, *PCHAR, CCHAR;
typedef unsigned short WORD, *PWORD, *LPWORD, USHORT, *PUSHORT, UINT16;
typedef short SHORT, *PSHORT, INT16;
typedef int INT, *PINT, *LPINT, INT32;
typedef unsigned int UINT, *PUINT, UINT32;
typedef signed char INT8;
typedef unsigned char UINT8;
typedef long LONG, *PLONG, *LPLONG, LONG32, SCODE, *PSCODE, HRESULT, NTSTATUS, NET_API_STATUS_LONG;
typedef unsigned long DWORD, *PDWORD, *LPDWORD, ULONG, *PULONG, DWORD32, ULONG32, NET_API_STATUS, LCID;
typedef unsigned long PROPID, RPC_STATUS, SECURITY_INFORMATION, *PSECURITY_INFORMATION, ACCESS_MASK, *PACCESS_MASK;
typedef unsigned long DISPID_UNSIGNED, OLE_COLOR, COLORREF, *LPCOLORREF, CALID, CALTYPE;
typedef long WINBOOL, BOOL, *PBOOL, *LPBOOL, DISPID, MEMBERID;
typedef hyper LONGLONG, *PLONGLONG, INT64, *PINT64, LONG64, *PLONG64;
typedef unsigned hyper ULONGLONG, *PULONGLONG, DWORDLONG, *PDWORDLONG, UINT64, *PUINT64, QWORD, *PQWORD, ULONG64;
typedef unsigned hyper DWORD64, *PDWORD64;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE, *PDOUBLE, DATE;
typedef unsigned __int3264 ULONG_PTR, *PULONG_PTR, DWORD_PTR, *PDWORD_PTR, UINT_PTR, SIZE_T, *PSIZE_T, WPARAM, HANDLE_PTR;
typedef __int3264 LONG_PTR, *PLONG_PTR, INT_PTR, SSIZE_T, LPARAM, LRESULT;
typedef wchar_t WCHAR, *PWCHAR, WCHAR_UNIT, OLECHAR, TCHAR, UNICODE;
typedef [string] wchar_t *LPWSTR, *PWSTR, *LPOLESTR, *LPTSTR, *LMSTR;
typedef [string] const wchar_t *LPCWSTR, *PCWSTR, *LPCOLESTR, *LPCTSTR, *LMCSTR;
typedef [string] char *LPSTR, *PSTR;
typedef [string] const char *LPCSTR, *PCSTR;
typedef [string] wchar_t *STRING_WIDE;
typedef void VOID, *PVOID, *LPVOID, *HANDLE, *HWND, *HMENU, *HACCEL, *HDC, *HFONT, *HICON, *HINSTANCE, *HMODULE;
typedef void *HBRUSH, *HBITMAP, *HGLOBAL, *HKEY, *HMONITOR, *HRGN, *HPALETTE, *HENHMETAFILE, *HMETAFILE, *HTASK;
typedef void *HCURSOR, *HGDIOBJ, *HEVENT, *SC_HANDLE_RAW;
typedef const void *PCVOID, *LPCVOID;

/** A globally unique identifier. */
typedef struct _GUID {
    unsigned long Data1;
    unsigned short Data2;
    unsigned short Data3;
    byte Data4[8];
} GUID, UUID, *PGUID, *LPGUID, *LPCGUID, IID, CLSID, FMTID, uuid_t, *LPCLSID, *LPIID;
typedef GUID *REFGUID, *REFIID, *REFCLSID, *REFFMTID;

/** 100-nanosecond intervals since 1601-01-01 UTC. */
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef struct _LARGE_INTEGER {
    hyper QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef struct _ULARGE_INTEGER {
    unsigned hyper QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _LUID {
    DWORD LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct tagPOINT {
    LONG x;
    LONG y;
} POINT, *PPOINT, *LPPOINT, POINTL, *PPOINTL;

typedef struct tagSIZE {
    LONG cx;
    LONG cy;
} SIZE, *PSIZE, *LPSIZE, SIZEL, *PSIZEL;

typedef struct tagRECT {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECT, *PRECT, *LPRECT, RECTL, *PRECTL;

typedef struct _FLAGGED_WORD_BLOB {
    unsigned long fFlags;
    unsigned long clSize;
    [size_is(clSize)] unsigned short asData[];
} FLAGGED_WORD_BLOB, *wireBSTR;

typedef struct _BYTE_BLOB {
    unsigned long clSize;
    [size_is(clSize)] byte abData[];
} BYTE_BLOB, *UP_BYTE_BLOB;

typedef struct tagBLOB {
    ULONG cbSize;
    [size_is(cbSize)] BYTE *pBlobData;
} BLOB, *LPBLOB;
`;
