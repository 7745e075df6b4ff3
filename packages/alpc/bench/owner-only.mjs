/** A descriptor that lets the user of this process connect, and nobody else. */
export function ownerOnly(kernel) {
  const { user } = kernel.currentToken();
  return {
    owner: user,
    group: null,
    sacl: null,
    dacl: { flags: 0, aces: [{ type: "allowed", flags: 0, mask: 1, sid: user }] },
  };
}
