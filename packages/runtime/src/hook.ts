/**
 * How programs see a type, beside how it is sent ([transmit_as], [represent_as], [wire_marshal], [user_marshal]): given to
 * the generator by module and name, called by generated code for every value. What it throws ends the call: an RpcError as
 * it is.
 */
export interface Hook<W, L> {
  /** What is sent for a value. */
  toWire(value: L): W;
  /** The value for what was sent. What comes from the other side fits the interface, and may be anything that does. */
  fromWire(wire: W): L;
}
