// Written by capnpc-ts of capnp-es from proto/echo.capnp; changed only where our compiler and linter ask for it: `override`, no `any`,
// a function that does nothing in place of an absent one, text in templates.
import * as $ from "capnp-es";
export const _capnpFileId = 0xb3f8c6d1a2e40917n;
export class Entrance_Open$Params extends $.Struct {
  static override readonly _capnp = {
    displayName: "open$Params",
    id: "c561dcebc41c5a95",
    size: new $.ObjectSize(0, 0),
  };
  override toString(): string {
    return `Entrance_Open$Params_${super.toString()}`;
  }
}
export class Entrance_Open$Results extends $.Struct {
  static override readonly _capnp = {
    displayName: "open$Results",
    id: "c32003f10bb8f73b",
    size: new $.ObjectSize(0, 1),
  };
  get echo(): Echo$Client {
    return new Echo$Client($.utils.getInterfaceClientOrNullAt(0, this));
  }
  set echo(value: Echo$Client) {
    $.utils.setInterfacePointer(this.segment.message.addCap(value.client), $.utils.getPointer(0, this));
  }
  override toString(): string {
    return `Entrance_Open$Results_${super.toString()}`;
  }
}
export class Entrance_Open$Results$Promise {
  pipeline: $.Pipeline<$.Struct, $.Struct, Entrance_Open$Results>;
  constructor(pipeline: $.Pipeline<$.Struct, $.Struct, Entrance_Open$Results>) {
    this.pipeline = pipeline;
  }
  getEcho(): Echo$Client {
    return new Echo$Client(this.pipeline.getPipeline(Echo, 0).client());
  }
  async promise(): Promise<Entrance_Open$Results> {
    return await this.pipeline.struct();
  }
}
export class Entrance$Client {
  client: $.Client;
  static readonly interfaceId: bigint = 0xec6c6973cdfc0ec0n;
  constructor(client: $.Client) {
    this.client = client;
  }
  static readonly methods: [$.Method<Entrance_Open$Params, Entrance_Open$Results>] = [
    {
      ParamsClass: Entrance_Open$Params,
      ResultsClass: Entrance_Open$Results,
      interfaceId: Entrance$Client.interfaceId,
      methodId: 0,
      interfaceName: "echo.capnp:Entrance",
      methodName: "open",
    },
  ];
  open(paramsFunc: (params: Entrance_Open$Params) => void = () => {}): Entrance_Open$Results$Promise {
    const answer = this.client.call({
      method: Entrance$Client.methods[0],
      paramsFunc: paramsFunc,
    });
    const pipeline = new $.Pipeline(Entrance_Open$Results, answer);
    return new Entrance_Open$Results$Promise(pipeline);
  }
}
$.Registry.register(Entrance$Client.interfaceId, Entrance$Client);
export interface Entrance$Server$Target {
  open(params: Entrance_Open$Params, results: Entrance_Open$Results): Promise<void>;
}
export class Entrance$Server extends $.Server {
  override readonly target: Entrance$Server$Target;
  constructor(target: Entrance$Server$Target) {
    super(target, [
      {
        ...Entrance$Client.methods[0],
        impl: target.open,
      },
    ]);
    this.target = target;
  }
  client(): Entrance$Client {
    return new Entrance$Client(this);
  }
}
export class Entrance extends $.Interface {
  static readonly Client = Entrance$Client;
  static readonly Server = Entrance$Server;
  static override readonly _capnp = {
    displayName: "Entrance",
    id: "ec6c6973cdfc0ec0",
    size: new $.ObjectSize(0, 0),
  };
  override toString(): string {
    return `Entrance_${super.toString()}`;
  }
}
export class Echo_Echo$Params extends $.Struct {
  static override readonly _capnp = {
    displayName: "echo$Params",
    id: "f702cb234e4c6a17",
    size: new $.ObjectSize(0, 1),
  };
  _adoptData(value: $.Orphan<$.Data>): void {
    $.utils.adopt(value, $.utils.getPointer(0, this));
  }
  _disownData(): $.Orphan<$.Data> {
    return $.utils.disown(this.data);
  }
  get data(): $.Data {
    return $.utils.getData(0, this);
  }
  _hasData(): boolean {
    return !$.utils.isNull($.utils.getPointer(0, this));
  }
  _initData(length: number): $.Data {
    return $.utils.initData(0, length, this);
  }
  set data(value: $.Data) {
    $.utils.copyFrom(value, $.utils.getPointer(0, this));
  }
  override toString(): string {
    return `Echo_Echo$Params_${super.toString()}`;
  }
}
export class Echo_Echo$Results extends $.Struct {
  static override readonly _capnp = {
    displayName: "echo$Results",
    id: "e5c236f9bcca8ec9",
    size: new $.ObjectSize(0, 1),
  };
  _adoptData(value: $.Orphan<$.Data>): void {
    $.utils.adopt(value, $.utils.getPointer(0, this));
  }
  _disownData(): $.Orphan<$.Data> {
    return $.utils.disown(this.data);
  }
  get data(): $.Data {
    return $.utils.getData(0, this);
  }
  _hasData(): boolean {
    return !$.utils.isNull($.utils.getPointer(0, this));
  }
  _initData(length: number): $.Data {
    return $.utils.initData(0, length, this);
  }
  set data(value: $.Data) {
    $.utils.copyFrom(value, $.utils.getPointer(0, this));
  }
  override toString(): string {
    return `Echo_Echo$Results_${super.toString()}`;
  }
}
export class Echo_Echo$Results$Promise {
  pipeline: $.Pipeline<$.Struct, $.Struct, Echo_Echo$Results>;
  constructor(pipeline: $.Pipeline<$.Struct, $.Struct, Echo_Echo$Results>) {
    this.pipeline = pipeline;
  }
  async promise(): Promise<Echo_Echo$Results> {
    return await this.pipeline.struct();
  }
}
export class Echo_Upload$Params extends $.Struct {
  static override readonly _capnp = {
    displayName: "upload$Params",
    id: "f1f1d69b8e3f6a00",
    size: new $.ObjectSize(0, 1),
  };
  _adoptData(value: $.Orphan<$.Data>): void {
    $.utils.adopt(value, $.utils.getPointer(0, this));
  }
  _disownData(): $.Orphan<$.Data> {
    return $.utils.disown(this.data);
  }
  get data(): $.Data {
    return $.utils.getData(0, this);
  }
  _hasData(): boolean {
    return !$.utils.isNull($.utils.getPointer(0, this));
  }
  _initData(length: number): $.Data {
    return $.utils.initData(0, length, this);
  }
  set data(value: $.Data) {
    $.utils.copyFrom(value, $.utils.getPointer(0, this));
  }
  override toString(): string {
    return `Echo_Upload$Params_${super.toString()}`;
  }
}
export class Echo_Upload$Results extends $.Struct {
  static override readonly _capnp = {
    displayName: "upload$Results",
    id: "d200d698713ea883",
    size: new $.ObjectSize(8, 0),
  };
  get length(): number {
    return $.utils.getUint32(0, this);
  }
  set length(value: number) {
    $.utils.setUint32(0, value, this);
  }
  override toString(): string {
    return `Echo_Upload$Results_${super.toString()}`;
  }
}
export class Echo_Upload$Results$Promise {
  pipeline: $.Pipeline<$.Struct, $.Struct, Echo_Upload$Results>;
  constructor(pipeline: $.Pipeline<$.Struct, $.Struct, Echo_Upload$Results>) {
    this.pipeline = pipeline;
  }
  async promise(): Promise<Echo_Upload$Results> {
    return await this.pipeline.struct();
  }
}
export class Echo_Download$Params extends $.Struct {
  static override readonly _capnp = {
    displayName: "download$Params",
    id: "d9dc1290f24c8652",
    size: new $.ObjectSize(8, 0),
  };
  get length(): number {
    return $.utils.getUint32(0, this);
  }
  set length(value: number) {
    $.utils.setUint32(0, value, this);
  }
  override toString(): string {
    return `Echo_Download$Params_${super.toString()}`;
  }
}
export class Echo_Download$Results extends $.Struct {
  static override readonly _capnp = {
    displayName: "download$Results",
    id: "82991db0b9ca6c3a",
    size: new $.ObjectSize(0, 1),
  };
  _adoptData(value: $.Orphan<$.Data>): void {
    $.utils.adopt(value, $.utils.getPointer(0, this));
  }
  _disownData(): $.Orphan<$.Data> {
    return $.utils.disown(this.data);
  }
  get data(): $.Data {
    return $.utils.getData(0, this);
  }
  _hasData(): boolean {
    return !$.utils.isNull($.utils.getPointer(0, this));
  }
  _initData(length: number): $.Data {
    return $.utils.initData(0, length, this);
  }
  set data(value: $.Data) {
    $.utils.copyFrom(value, $.utils.getPointer(0, this));
  }
  override toString(): string {
    return `Echo_Download$Results_${super.toString()}`;
  }
}
export class Echo_Download$Results$Promise {
  pipeline: $.Pipeline<$.Struct, $.Struct, Echo_Download$Results>;
  constructor(pipeline: $.Pipeline<$.Struct, $.Struct, Echo_Download$Results>) {
    this.pipeline = pipeline;
  }
  async promise(): Promise<Echo_Download$Results> {
    return await this.pipeline.struct();
  }
}
export class Echo$Client {
  client: $.Client;
  static readonly interfaceId: bigint = 0xc66102e5f4afa168n;
  constructor(client: $.Client) {
    this.client = client;
  }
  static readonly methods: [
    $.Method<Echo_Echo$Params, Echo_Echo$Results>,
    $.Method<Echo_Upload$Params, Echo_Upload$Results>,
    $.Method<Echo_Download$Params, Echo_Download$Results>,
  ] = [
    {
      ParamsClass: Echo_Echo$Params,
      ResultsClass: Echo_Echo$Results,
      interfaceId: Echo$Client.interfaceId,
      methodId: 0,
      interfaceName: "echo.capnp:Echo",
      methodName: "echo",
    },
    {
      ParamsClass: Echo_Upload$Params,
      ResultsClass: Echo_Upload$Results,
      interfaceId: Echo$Client.interfaceId,
      methodId: 1,
      interfaceName: "echo.capnp:Echo",
      methodName: "upload",
    },
    {
      ParamsClass: Echo_Download$Params,
      ResultsClass: Echo_Download$Results,
      interfaceId: Echo$Client.interfaceId,
      methodId: 2,
      interfaceName: "echo.capnp:Echo",
      methodName: "download",
    },
  ];
  echo(paramsFunc: (params: Echo_Echo$Params) => void = () => {}): Echo_Echo$Results$Promise {
    const answer = this.client.call({
      method: Echo$Client.methods[0],
      paramsFunc: paramsFunc,
    });
    const pipeline = new $.Pipeline(Echo_Echo$Results, answer);
    return new Echo_Echo$Results$Promise(pipeline);
  }
  upload(paramsFunc: (params: Echo_Upload$Params) => void = () => {}): Echo_Upload$Results$Promise {
    const answer = this.client.call({
      method: Echo$Client.methods[1],
      paramsFunc: paramsFunc,
    });
    const pipeline = new $.Pipeline(Echo_Upload$Results, answer);
    return new Echo_Upload$Results$Promise(pipeline);
  }
  download(paramsFunc: (params: Echo_Download$Params) => void = () => {}): Echo_Download$Results$Promise {
    const answer = this.client.call({
      method: Echo$Client.methods[2],
      paramsFunc: paramsFunc,
    });
    const pipeline = new $.Pipeline(Echo_Download$Results, answer);
    return new Echo_Download$Results$Promise(pipeline);
  }
}
$.Registry.register(Echo$Client.interfaceId, Echo$Client);
export interface Echo$Server$Target {
  echo(params: Echo_Echo$Params, results: Echo_Echo$Results): Promise<void>;
  upload(params: Echo_Upload$Params, results: Echo_Upload$Results): Promise<void>;
  download(params: Echo_Download$Params, results: Echo_Download$Results): Promise<void>;
}
export class Echo$Server extends $.Server {
  override readonly target: Echo$Server$Target;
  constructor(target: Echo$Server$Target) {
    super(target, [
      {
        ...Echo$Client.methods[0],
        impl: target.echo,
      },
      {
        ...Echo$Client.methods[1],
        impl: target.upload,
      },
      {
        ...Echo$Client.methods[2],
        impl: target.download,
      },
    ]);
    this.target = target;
  }
  client(): Echo$Client {
    return new Echo$Client(this);
  }
}
export class Echo extends $.Interface {
  static readonly Client = Echo$Client;
  static readonly Server = Echo$Server;
  static override readonly _capnp = {
    displayName: "Echo",
    id: "c66102e5f4afa168",
    size: new $.ObjectSize(0, 0),
  };
  override toString(): string {
    return `Echo_${super.toString()}`;
  }
}
