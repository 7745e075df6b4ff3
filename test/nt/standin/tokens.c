/* Who somebody is and whether a descriptor lets them in (alpc.md 8.1, 8.2, 8.10). */
#include "standin.h"

#include <sddl.h>

HANDLE current_token(void) {
  HANDLE token = NULL;
  if (OpenThreadToken(GetCurrentThread(), TOKEN_QUERY | TOKEN_DUPLICATE, TRUE, &token)) return token;
  OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, &token);
  return token;
}

/* An impersonation token of the highest level that `token` allows; NULL if there is none. */
HANDLE token_copy(HANDLE token) {
  HANDLE copy = NULL;
  if (DuplicateTokenEx(token, MAXIMUM_ALLOWED, NULL, SecurityDelegation, TokenImpersonation, &copy)) return copy;
  return DuplicateTokenEx(token, MAXIMUM_ALLOWED, NULL, SecurityImpersonation, TokenImpersonation, &copy) ? copy : NULL;
}

/*
 * Wine has one user. A process whose NCALRPC_STANDIN_USER is a SID passes for that user at its ports: its SID and LUIDs are
 * others, it is in no group but Everyone and Authenticated Users, and as Wine cannot make a token of it, nobody can
 * impersonate it. Read at each use: a program may change who it is.
 */
static BOOLEAN pretend(Identity *identity) {
  char text[256];
  DWORD length = GetEnvironmentVariableA("NCALRPC_STANDIN_USER", text, sizeof text);
  PSID sid;
  if (length == 0 || length >= sizeof text || !ConvertStringSidToSidA(text, &sid)) return FALSE;
  identity->pretended = TRUE;
  identity->sidLength = GetLengthSid(sid);
  CopySid(MAX_SID, identity->sid, sid);
  LocalFree(sid);
  UINT32 hash = 2166136261u;
  for (UINT32 index = 0; index < identity->sidLength; index++) hash = (hash ^ identity->sid[index]) * 16777619u;
  LUID luid = {.LowPart = hash, .HighPart = 1};
  identity->luids = (ALPC_TOKEN_ATTR){luid, luid, luid};
  return TRUE;
}

/* Of a token that is the caller's own. */
void identity_of(HANDLE token, Identity *identity) {
  memset(identity, 0, sizeof *identity);
  if (pretend(identity)) return;
  DWORD length;
  TOKEN_STATISTICS statistics;
  if (GetTokenInformation(token, TokenStatistics, &statistics, sizeof statistics, &length)) {
    identity->luids.TokenId = statistics.TokenId;
    identity->luids.AuthenticationId = statistics.AuthenticationId;
    identity->luids.ModifiedId = statistics.ModifiedId;
  }
  BYTE buffer[sizeof(TOKEN_USER) + MAX_SID];
  if (GetTokenInformation(token, TokenUser, buffer, sizeof buffer, &length)) {
    PSID sid = ((TOKEN_USER *)buffer)->User.Sid;
    identity->sidLength = GetLengthSid(sid);
    CopySid(MAX_SID, identity->sid, sid);
  }
}

static const GENERIC_MAPPING portMapping = {
  .GenericRead = READ_CONTROL | PORT_CONNECT,
  .GenericWrite = DELETE | PORT_CONNECT,
  .GenericExecute = 0,
  .GenericAll = 0x1F0001,
};

/* The access check for a user whom Wine does not know: what the DACL's ACEs say in their order. */
static BOOLEAN pretended_satisfies(const Identity *identity, void *descriptor, UINT32 access) {
  BOOL present = FALSE, defaulted;
  PACL dacl = NULL;
  GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted);
  if (!present || dacl == NULL) return TRUE;
  GENERIC_MAPPING mapping = portMapping;
  for (DWORD index = 0; index < dacl->AceCount && access != 0; index++) {
    ACCESS_ALLOWED_ACE *ace;
    if (!GetAce(dacl, index, (void **)&ace) || (ace->Header.AceFlags & INHERIT_ONLY_ACE)) continue;
    PSID sid = &ace->SidStart;
    if (!EqualSid(sid, (PSID)identity->sid) && !IsWellKnownSid(sid, WinWorldSid) && !IsWellKnownSid(sid, WinAuthenticatedUserSid)) continue;
    DWORD rights = ace->Mask;
    MapGenericMask(&rights, &mapping);
    if (ace->Header.AceType == ACCESS_DENIED_ACE_TYPE && (rights & access)) return FALSE;
    if (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE) access &= ~rights;
  }
  return access == 0;
}

/*
 * The access check of the object manager: `access` granted by a self-relative descriptor with owner and group to `identity`,
 * who has `token`.
 */
BOOLEAN identity_satisfies(const Identity *identity, HANDLE token, void *descriptor, UINT32 access) {
  if (identity->pretended) return pretended_satisfies(identity, descriptor, access);
  HANDLE impersonation = NULL;
  if (!DuplicateToken(token, SecurityIdentification, &impersonation)) return FALSE;
  PRIVILEGE_SET privileges;
  DWORD length = sizeof privileges, granted = 0;
  BOOL allowed = FALSE;
  GENERIC_MAPPING mapping = portMapping;
  MapGenericMask((DWORD *)&access, &mapping);
  if (!AccessCheck(descriptor, impersonation, access, &mapping, &privileges, &length, &granted, &allowed)) allowed = FALSE;
  CloseHandle(impersonation);
  return allowed ? TRUE : FALSE;
}

/*
 * Completes a descriptor the way the object manager does at create: owner, group and, without a descriptor, the default
 * DACL come from the creator's token (8.1). The copy is self-relative.
 */
NTSTATUS descriptor_capture(void *given, Port *port) {
  BYTE owner[256], group[256], list[2048];
  DWORD length;
  HANDLE token = current_token();
  BOOL known = GetTokenInformation(token, TokenOwner, owner, sizeof owner, &length) &&
               GetTokenInformation(token, TokenPrimaryGroup, group, sizeof group, &length) &&
               GetTokenInformation(token, TokenDefaultDacl, list, sizeof list, &length);
  CloseHandle(token);
  if (!known) return STATUS_ACCESS_DENIED;
  SECURITY_DESCRIPTOR complete;
  InitializeSecurityDescriptor(&complete, SECURITY_DESCRIPTOR_REVISION);
  PSID sid = NULL;
  PACL dacl = NULL;
  BOOL defaulted, present = FALSE;
  if (given != NULL) {
    if (!IsValidSecurityDescriptor(given)) return STATUS_INVALID_SECURITY_DESCR;
    GetSecurityDescriptorDacl(given, &present, &dacl, &defaulted);
  }
  SetSecurityDescriptorDacl(&complete, TRUE, present ? dacl : ((TOKEN_DEFAULT_DACL *)list)->DefaultDacl, !present);
  if (given == NULL || !GetSecurityDescriptorOwner(given, &sid, &defaulted) || sid == NULL) sid = ((TOKEN_OWNER *)owner)->Owner;
  SetSecurityDescriptorOwner(&complete, sid, FALSE);
  sid = NULL;
  if (given == NULL || !GetSecurityDescriptorGroup(given, &sid, &defaulted) || sid == NULL)
    sid = ((TOKEN_PRIMARY_GROUP *)group)->PrimaryGroup;
  SetSecurityDescriptorGroup(&complete, sid, FALSE);
  length = MAX_DESCRIPTOR;
  if (!MakeSelfRelativeSD(&complete, port->descriptor, &length)) return STATUS_INVALID_SECURITY_DESCR;
  port->descriptorLength = length;
  return STATUS_SUCCESS;
}
