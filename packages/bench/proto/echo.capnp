# The service that the capnp-es peer is measured with.
@0xb3f8c6d1a2e40917;

# What a connection begins with: capnp-es 0.0.16 cannot call that object itself once its reference has arrived.
interface Entrance {
  open @0 () -> (echo :Echo);
}

interface Echo {
  echo @0 (data :Data) -> (data :Data);
  upload @1 (data :Data) -> (length :UInt32);
  download @2 (length :UInt32) -> (data :Data);
}
