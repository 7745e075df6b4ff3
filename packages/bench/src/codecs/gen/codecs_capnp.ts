// Written by capnpc-ts of capnp-es from proto/codecs.capnp; only `override` and templates, which our compiler and linter ask for, were
// added.
import * as $ from "capnp-es";
export const _capnpFileId = 0xb1d6a9c1e7f274c4n;
export const State = {
  STOPPED: 0,
  STARTING: 1,
  RUNNING: 2,
  STOPPING: 3,
} as const;
export type State = (typeof State)[keyof typeof State];
export class Small extends $.Struct {
  static override readonly _capnp = {
    displayName: "Small",
    id: "9c87f72c7ecf139e",
    size: new $.ObjectSize(24, 1),
  };
  get id(): number {
    return $.utils.getUint32(0, this);
  }
  set id(value: number) {
    $.utils.setUint32(0, value, this);
  }
  get state(): State {
    return $.utils.getUint16(4, this) as State;
  }
  set state(value: State) {
    $.utils.setUint16(4, value, this);
  }
  get enabled(): boolean {
    return $.utils.getBit(48, this);
  }
  set enabled(value: boolean) {
    $.utils.setBit(48, value, this);
  }
  get load(): number {
    return $.utils.getFloat64(8, this);
  }
  set load(value: number) {
    $.utils.setFloat64(8, value, this);
  }
  get priority(): number {
    return $.utils.getInt32(16, this);
  }
  set priority(value: number) {
    $.utils.setInt32(16, value, this);
  }
  get name(): string {
    return $.utils.getText(0, this);
  }
  set name(value: string) {
    $.utils.setText(0, value, this);
  }
  override toString(): string {
    return `Small_${super.toString()}`;
  }
}
export class Event extends $.Struct {
  static override readonly _capnp = {
    displayName: "Event",
    id: "86cb5fa6ddccdeb9",
    size: new $.ObjectSize(16, 2),
  };
  get time(): number {
    return $.utils.getFloat64(0, this);
  }
  set time(value: number) {
    $.utils.setFloat64(0, value, this);
  }
  get code(): number {
    return $.utils.getInt32(8, this);
  }
  set code(value: number) {
    $.utils.setInt32(8, value, this);
  }
  get handled(): boolean {
    return $.utils.getBit(96, this);
  }
  set handled(value: boolean) {
    $.utils.setBit(96, value, this);
  }
  get source(): string {
    return $.utils.getText(0, this);
  }
  set source(value: string) {
    $.utils.setText(0, value, this);
  }
  get text(): string {
    return $.utils.getText(1, this);
  }
  set text(value: string) {
    $.utils.setText(1, value, this);
  }
  override toString(): string {
    return `Event_${super.toString()}`;
  }
}
export class Limits extends $.Struct {
  static override readonly _capnp = {
    displayName: "Limits",
    id: "c0f029e533b18997",
    size: new $.ObjectSize(24, 0),
  };
  get memory(): number {
    return $.utils.getUint32(0, this);
  }
  set memory(value: number) {
    $.utils.setUint32(0, value, this);
  }
  get handles(): number {
    return $.utils.getUint32(4, this);
  }
  set handles(value: number) {
    $.utils.setUint32(4, value, this);
  }
  get threads(): number {
    return $.utils.getUint32(8, this);
  }
  set threads(value: number) {
    $.utils.setUint32(8, value, this);
  }
  get cpu(): number {
    return $.utils.getFloat64(16, this);
  }
  set cpu(value: number) {
    $.utils.setFloat64(16, value, this);
  }
  override toString(): string {
    return `Limits_${super.toString()}`;
  }
}
export class Nested extends $.Struct {
  static override readonly _capnp = {
    displayName: "Nested",
    id: "a37e83b0d8284a1f",
    size: new $.ObjectSize(72, 11),
  };
  static _Events: $.ListCtor<Event>;
  get name(): string {
    return $.utils.getText(0, this);
  }
  set name(value: string) {
    $.utils.setText(0, value, this);
  }
  get displayName(): string {
    return $.utils.getText(1, this);
  }
  set displayName(value: string) {
    $.utils.setText(1, value, this);
  }
  get description(): string {
    return $.utils.getText(2, this);
  }
  set description(value: string) {
    $.utils.setText(2, value, this);
  }
  get path(): string {
    return $.utils.getText(3, this);
  }
  set path(value: string) {
    $.utils.setText(3, value, this);
  }
  get account(): string {
    return $.utils.getText(4, this);
  }
  set account(value: string) {
    $.utils.setText(4, value, this);
  }
  get groupName(): string {
    return $.utils.getText(5, this);
  }
  set groupName(value: string) {
    $.utils.setText(5, value, this);
  }
  get revision(): string {
    return $.utils.getText(6, this);
  }
  set revision(value: string) {
    $.utils.setText(6, value, this);
  }
  get state(): State {
    return $.utils.getUint16(0, this) as State;
  }
  set state(value: State) {
    $.utils.setUint16(0, value, this);
  }
  get pid(): number {
    return $.utils.getUint32(4, this);
  }
  set pid(value: number) {
    $.utils.setUint32(4, value, this);
  }
  get parent(): number {
    return $.utils.getUint32(8, this);
  }
  set parent(value: number) {
    $.utils.setUint32(8, value, this);
  }
  get exitCode(): number {
    return $.utils.getInt32(12, this);
  }
  set exitCode(value: number) {
    $.utils.setInt32(12, value, this);
  }
  get restarts(): number {
    return $.utils.getUint32(16, this);
  }
  set restarts(value: number) {
    $.utils.setUint32(16, value, this);
  }
  get handles(): number {
    return $.utils.getUint32(20, this);
  }
  set handles(value: number) {
    $.utils.setUint32(20, value, this);
  }
  get threads(): number {
    return $.utils.getUint32(24, this);
  }
  set threads(value: number) {
    $.utils.setUint32(24, value, this);
  }
  get priority(): number {
    return $.utils.getInt32(28, this);
  }
  set priority(value: number) {
    $.utils.setInt32(28, value, this);
  }
  get session(): number {
    return $.utils.getUint32(32, this);
  }
  set session(value: number) {
    $.utils.setUint32(32, value, this);
  }
  get port(): number {
    return $.utils.getUint16(2, this);
  }
  set port(value: number) {
    $.utils.setUint16(2, value, this);
  }
  get weight(): number {
    return $.utils.getUint16(36, this);
  }
  set weight(value: number) {
    $.utils.setUint16(36, value, this);
  }
  get automatic(): boolean {
    return $.utils.getBit(304, this);
  }
  set automatic(value: boolean) {
    $.utils.setBit(304, value, this);
  }
  get interactive(): boolean {
    return $.utils.getBit(305, this);
  }
  set interactive(value: boolean) {
    $.utils.setBit(305, value, this);
  }
  get paused(): boolean {
    return $.utils.getBit(306, this);
  }
  set paused(value: boolean) {
    $.utils.setBit(306, value, this);
  }
  get critical(): boolean {
    return $.utils.getBit(307, this);
  }
  set critical(value: boolean) {
    $.utils.setBit(307, value, this);
  }
  get started(): number {
    return $.utils.getFloat64(40, this);
  }
  set started(value: number) {
    $.utils.setFloat64(40, value, this);
  }
  get cpu(): number {
    return $.utils.getFloat64(48, this);
  }
  set cpu(value: number) {
    $.utils.setFloat64(48, value, this);
  }
  get memory(): number {
    return $.utils.getFloat64(56, this);
  }
  set memory(value: number) {
    $.utils.setFloat64(56, value, this);
  }
  get uptime(): number {
    return $.utils.getFloat64(64, this);
  }
  set uptime(value: number) {
    $.utils.setFloat64(64, value, this);
  }
  _adoptLimits(value: $.Orphan<Limits>): void {
    $.utils.adopt(value, $.utils.getPointer(7, this));
  }
  _disownLimits(): $.Orphan<Limits> {
    return $.utils.disown(this.limits);
  }
  get limits(): Limits {
    return $.utils.getStruct(7, Limits, this);
  }
  _hasLimits(): boolean {
    return !$.utils.isNull($.utils.getPointer(7, this));
  }
  _initLimits(): Limits {
    return $.utils.initStructAt(7, Limits, this);
  }
  set limits(value: Limits) {
    $.utils.copyFrom(value, $.utils.getPointer(7, this));
  }
  _adoptSamples(value: $.Orphan<$.List<number>>): void {
    $.utils.adopt(value, $.utils.getPointer(8, this));
  }
  _disownSamples(): $.Orphan<$.List<number>> {
    return $.utils.disown(this.samples);
  }
  get samples(): $.List<number> {
    return $.utils.getList(8, $.Int32List, this);
  }
  _hasSamples(): boolean {
    return !$.utils.isNull($.utils.getPointer(8, this));
  }
  _initSamples(length: number): $.List<number> {
    return $.utils.initList(8, $.Int32List, length, this);
  }
  set samples(value: $.List<number>) {
    $.utils.copyFrom(value, $.utils.getPointer(8, this));
  }
  _adoptTags(value: $.Orphan<$.List<string>>): void {
    $.utils.adopt(value, $.utils.getPointer(9, this));
  }
  _disownTags(): $.Orphan<$.List<string>> {
    return $.utils.disown(this.tags);
  }
  get tags(): $.List<string> {
    return $.utils.getList(9, $.TextList, this);
  }
  _hasTags(): boolean {
    return !$.utils.isNull($.utils.getPointer(9, this));
  }
  _initTags(length: number): $.List<string> {
    return $.utils.initList(9, $.TextList, length, this);
  }
  set tags(value: $.List<string>) {
    $.utils.copyFrom(value, $.utils.getPointer(9, this));
  }
  _adoptEvents(value: $.Orphan<$.List<Event>>): void {
    $.utils.adopt(value, $.utils.getPointer(10, this));
  }
  _disownEvents(): $.Orphan<$.List<Event>> {
    return $.utils.disown(this.events);
  }
  get events(): $.List<Event> {
    return $.utils.getList(10, Nested._Events, this);
  }
  _hasEvents(): boolean {
    return !$.utils.isNull($.utils.getPointer(10, this));
  }
  _initEvents(length: number): $.List<Event> {
    return $.utils.initList(10, Nested._Events, length, this);
  }
  set events(value: $.List<Event>) {
    $.utils.copyFrom(value, $.utils.getPointer(10, this));
  }
  override toString(): string {
    return `Nested_${super.toString()}`;
  }
}
export class Bytes extends $.Struct {
  static override readonly _capnp = {
    displayName: "Bytes",
    id: "99f7ec07979ca09a",
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
    return `Bytes_${super.toString()}`;
  }
}
export class Point extends $.Struct {
  static override readonly _capnp = {
    displayName: "Point",
    id: "f7fbbdba6ed20fa1",
    size: new $.ObjectSize(24, 0),
  };
  get id(): number {
    return $.utils.getUint32(0, this);
  }
  set id(value: number) {
    $.utils.setUint32(0, value, this);
  }
  get x(): number {
    return $.utils.getInt32(4, this);
  }
  set x(value: number) {
    $.utils.setInt32(4, value, this);
  }
  get y(): number {
    return $.utils.getInt32(8, this);
  }
  set y(value: number) {
    $.utils.setInt32(8, value, this);
  }
  get kind(): number {
    return $.utils.getUint16(12, this);
  }
  set kind(value: number) {
    $.utils.setUint16(12, value, this);
  }
  get visible(): boolean {
    return $.utils.getBit(112, this);
  }
  set visible(value: boolean) {
    $.utils.setBit(112, value, this);
  }
  get weight(): number {
    return $.utils.getFloat64(16, this);
  }
  set weight(value: number) {
    $.utils.setFloat64(16, value, this);
  }
  override toString(): string {
    return `Point_${super.toString()}`;
  }
}
export class Points extends $.Struct {
  static override readonly _capnp = {
    displayName: "Points",
    id: "f8c40b3c297f8b2f",
    size: new $.ObjectSize(0, 1),
  };
  static _Items: $.ListCtor<Point>;
  _adoptItems(value: $.Orphan<$.List<Point>>): void {
    $.utils.adopt(value, $.utils.getPointer(0, this));
  }
  _disownItems(): $.Orphan<$.List<Point>> {
    return $.utils.disown(this.items);
  }
  get items(): $.List<Point> {
    return $.utils.getList(0, Points._Items, this);
  }
  _hasItems(): boolean {
    return !$.utils.isNull($.utils.getPointer(0, this));
  }
  _initItems(length: number): $.List<Point> {
    return $.utils.initList(0, Points._Items, length, this);
  }
  set items(value: $.List<Point>) {
    $.utils.copyFrom(value, $.utils.getPointer(0, this));
  }
  override toString(): string {
    return `Points_${super.toString()}`;
  }
}
Nested._Events = $.CompositeList(Event);
Points._Items = $.CompositeList(Point);
