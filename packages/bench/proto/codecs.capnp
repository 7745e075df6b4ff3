@0xb1d6a9c1e7f274c4;

enum State {
  stopped @0;
  starting @1;
  running @2;
  stopping @3;
}

struct Small {
  id @0 :UInt32;
  state @1 :State;
  enabled @2 :Bool;
  load @3 :Float64;
  priority @4 :Int32;
  name @5 :Text;
}

struct Event {
  time @0 :Float64;
  code @1 :Int32;
  handled @2 :Bool;
  source @3 :Text;
  text @4 :Text;
}

struct Limits {
  memory @0 :UInt32;
  handles @1 :UInt32;
  threads @2 :UInt32;
  cpu @3 :Float64;
}

struct Nested {
  name @0 :Text;
  displayName @1 :Text;
  description @2 :Text;
  path @3 :Text;
  account @4 :Text;
  groupName @5 :Text;
  revision @6 :Text;
  state @7 :State;
  pid @8 :UInt32;
  parent @9 :UInt32;
  exitCode @10 :Int32;
  restarts @11 :UInt32;
  handles @12 :UInt32;
  threads @13 :UInt32;
  priority @14 :Int32;
  session @15 :UInt32;
  port @16 :UInt16;
  weight @17 :UInt16;
  automatic @18 :Bool;
  interactive @19 :Bool;
  paused @20 :Bool;
  critical @21 :Bool;
  started @22 :Float64;
  cpu @23 :Float64;
  memory @24 :Float64;
  uptime @25 :Float64;
  limits @26 :Limits;
  samples @27 :List(Int32);
  tags @28 :List(Text);
  events @29 :List(Event);
}

struct Bytes {
  data @0 :Data;
}

struct Point {
  id @0 :UInt32;
  x @1 :Int32;
  y @2 :Int32;
  kind @3 :UInt16;
  visible @4 :Bool;
  weight @5 :Float64;
}

struct Points {
  items @0 :List(Point);
}
