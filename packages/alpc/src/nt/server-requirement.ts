import {
  mapGenericRights,
  portRights,
  type SecurityDescriptor,
  securityDescriptorToBytes,
  wellKnownSids,
} from "@ncalrpc/security";

/**
 * The descriptor that NtAlpcConnectPortEx holds against the server's token. Which rights it asks for is not documented: an
 * ACE that decides on PORT_CONNECT decides on all rights of a port. The access check wants an owner and a group.
 */
export function serverRequirement({ owner, group, dacl, sacl }: SecurityDescriptor): Uint8Array {
  const aces =
    dacl?.aces?.map((ace) => {
      const decides = (mapGenericRights(ace.mask, portRights.mapping) & portRights.connect) !== 0;
      return { ...ace, mask: decides ? portRights.allAccess : 0 };
    }) ?? null;
  return securityDescriptorToBytes({
    owner: owner ?? wellKnownSids.nobody,
    group: group ?? wellKnownSids.nobody,
    dacl: dacl === null ? null : { ...dacl, aces },
    sacl,
  });
}
