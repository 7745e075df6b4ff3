import { readGuid, writeGuid } from "@ncalrpc/ndr";
import type { InterfaceId } from "./protocol-lrpc/bind.js";

/** What a protocol tower says of a local endpoint. */
export interface LocalTower {
  readonly interface: InterfaceId;
  /** A port's name; empty in a tower that asks for one. */
  readonly endpoint: string;
}

/** Identifiers of floors (C706 appendix I; LRPC's from MS-RPCE's neighbourhood, see the endpoint mapper's traffic). */
const Floor = { UUID: 0x0d, LOCAL: 0x0c, LRPC: 0x10 } as const;

const NDR20: InterfaceId = {
  uuid: "8a885d04-1ceb-11c9-9fe8-08002b104860",
  version: { major: 2, minor: 0 },
};

/** A floor is u16 length, left-hand side, u16 length, right-hand side; all little-endian. */
interface TowerFloor {
  readonly left: Buffer;
  readonly right: Buffer;
}

/** A tower of four floors: interface, NDR20, local protocol, LRPC endpoint. */
export function formatTower(tower: LocalTower): Uint8Array {
  const endpoint = tower.endpoint === "" ? Buffer.alloc(1) : Buffer.from(`${tower.endpoint}\0`, "latin1");
  const floors: TowerFloor[] = [
    syntaxFloor(tower.interface),
    syntaxFloor(NDR20),
    { left: Buffer.of(Floor.LOCAL), right: Buffer.alloc(2) },
    { left: Buffer.of(Floor.LRPC), right: endpoint },
  ];
  const parts = floors.flatMap(({ left, right }) => [u16(left.length), left, u16(right.length), right]);
  return new Uint8Array(Buffer.concat([u16(floors.length), ...parts]));
}

/** Null for a tower that is malformed, or leads anywhere but to an LRPC endpoint of this machine. */
export function parseTower(octets: Uint8Array): LocalTower | null {
  const floors = parseFloors(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
  const [id, , protocol, address] = floors ?? [];
  if (id?.left.length !== 19 || id.left[0] !== Floor.UUID || id.right.length < 2) {
    return null;
  }
  if (protocol?.left[0] !== Floor.LOCAL || address?.left[0] !== Floor.LRPC) {
    return null;
  }
  return {
    interface: {
      uuid: readGuid(id.left, 1),
      version: { major: id.left.readUInt16LE(17), minor: id.right.readUInt16LE(0) },
    },
    endpoint: address.right.toString("latin1").replace(/\0.*$/s, ""),
  };
}

function syntaxFloor({ uuid, version }: InterfaceId): TowerFloor {
  const left = Buffer.alloc(19);
  left[0] = Floor.UUID;
  writeGuid(left, 1, uuid);
  left.writeUInt16LE(version.major, 17);
  return { left, right: u16(version.minor) };
}

/** Null if a length leads beyond the end. */
function parseFloors(octets: Buffer): TowerFloor[] | null {
  if (octets.length < 2) {
    return null;
  }
  const floors: TowerFloor[] = [];
  let at = 2;
  const side = (): Buffer | null => {
    const start = at + 2;
    if (start > octets.length) {
      return null;
    }
    at = start + octets.readUInt16LE(start - 2);
    return at > octets.length ? null : octets.subarray(start, at);
  };
  for (let count = octets.readUInt16LE(0); count > 0; count--) {
    const left = side();
    const right = left === null ? null : side();
    if (left === null || right === null) {
      return null;
    }
    floors.push({ left, right });
  }
  return floors;
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value, 0);
  return buffer;
}
