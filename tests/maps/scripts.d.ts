/* What the page's scripts share: the data that Python puts into a page, what the scripts
   make of them, and the functions on `window.maligeo`. For `tsc` alone: it does not ship. */
import type * as Leaflet from "leaflet";

declare module "leaflet" {
  interface Map {
    page: Mg.Page;
    /** The other map of a page that compares. */
    twin?: Leaflet.Map;
    overview(): void;
    /** Zoom of the whole view; undefined until the map is settled. */
    baseZoom: number;
    zooms: Leaflet.Control[];
    countryBounds: Leaflet.LatLngBounds;
    moved?: boolean;
    /** The twin moves this map: what it does is not sent back. */
    following?: boolean;
    labels?: Mg.Labels;
    obstacles?: Record<string, () => Mg.Box[]>;
    regions?: Mg.Regions;
    /** Titles of the layers below which the regions are plain. */
    muting?: string[];
    leaders?: Leaflet.SVG;
    /** Canvases that can be clicked on. */
    catchers?: Mg.Catcher[];
    /** The card that is open. */
    card?: Leaflet.Popup;
    /** The view to which the map goes back when the card is closed. */
    kept?: Mg.Kept;
    followed?: boolean;
    townData?: Mg.Towns;
    offices?: Mg.Office[];
    named?: Mg.Named;
    /** Which project is chosen. */
    chip?: Leaflet.Control;
    /* Parts of Leaflet that its types leave out. */
    _animatingZoom: boolean;
    _getNewPixelOrigin(center: Leaflet.LatLng, zoom: number): Leaflet.Point;
  }
  interface Handler {
    moved(): boolean;
  }
}

declare global {
  interface Window {
    maligeo: Mg.Scripts;
    [id: `map_${string}`]: Leaflet.Map;
  }

  interface Uint8ArrayConstructor {
    /** Of browsers of 2025 and later. */
    fromBase64?(text: string): Uint8Array<ArrayBuffer>;
  }

  namespace Mg {
    type Language = "fr" | "en";
    type Words = Record<string, string>;
    /** Latitude, longitude. */
    type Place = [number, number];
    type Child = Node | null | undefined;
    type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array;
    type Draw = (map: Leaflet.Map, data: unknown, memory: object) => void;
    /** Where the focus goes back to when a card is closed. */
    type Back = HTMLElement | SVGElement | null | undefined;

    /* The page. */
    interface Settings {
      bounds: [Place, Place];
      zoomStep: number;
      language: Language;
      languages: Language[];
      audience: string;
      title: unknown;
      heading: unknown;
      words: unknown;
      months: unknown;
    }
    interface Page {
      id: `map_${string}`;
      settings: Settings;
      language: Language;
      words: Words;
      months: string[];
      map: Leaflet.Map;
      box: HTMLElement;
      head: HTMLElement;
      side: HTMLElement;
      stage: HTMLElement;
      eyebrow: HTMLElement;
      title: HTMLElement;
      subtitle: HTMLElement;
      buttons: HTMLElement;
      calls: LayerCall[];
      /** Layers that others put onto the map: they outlive a change of language. */
      guests: Leaflet.Layer[];
      calling: boolean;
      opening: boolean;
      drawers?: Drawer[];
      overlays?: HTMLElement;
      notes?: Section[];
      places?: Findable[];
      banner?: HTMLElement;
      /** On the map of one region: what is found of its need and response. */
      finding?: HTMLElement;
      published?: HTMLElement;
      place?: string | null;
    }
    interface LayerCall {
      name: keyof Layers;
      data: unknown;
      memory: object;
    }
    /** The view that a map has again after printing, or after a card. */
    interface Kept {
      center: Leaflet.LatLng;
      zoom: number;
      moved?: boolean;
    }
    interface Drawer {
      set(open: boolean): void;
    }
    type Listeners = { [type in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[type]) => void };
    interface Options {
      text?: string | null;
      on?: Listeners;
      [attribute: string]: string | boolean | null | undefined | Listeners;
    }

    /* Labels. */
    interface Box {
      left: number;
      top: number;
      right: number;
      bottom: number;
    }
    interface Outline extends Leaflet.Polygon {
      getElement(): SVGPathElement;
    }
    interface Circle extends Leaflet.CircleMarker {
      getElement(): SVGPathElement;
    }
    interface Label {
      node: HTMLElement;
      point: Place;
      width: number;
      height: number;
    }
    interface Tag extends Label {
      path: Outline;
      /** To its region, where it stands aside. */
      leader?: Leaflet.Polyline;
    }
    interface TownRow {
      name: string;
      point: Place;
      /** Its unit. */
      at: number;
      /** Whether it is the capital of its unit. */
      own: boolean;
      drawn: boolean;
      cercle: string;
      aliases: string[];
    }
    interface Towns {
      towns: TownRow[];
      /** Names of the units, and what units are. */
      units: string[];
      level: string;
      focus: number[] | null;
    }
    interface Office {
      town: string;
      at: number;
      who: string[];
    }
    interface TownMark {
      node: HTMLElement;
      text: HTMLElement;
    }
    interface Town {
      point: Place;
      own: boolean;
      near: boolean;
      make(): TownMark;
      mark?: TownMark;
      dot?: Box;
      measured?: number;
      width: number;
      height: number;
    }
    interface Shift {
      dx: number;
      dy: number;
      box: Box;
      /** Whether it reaches beyond its unit. */
      over?: boolean;
    }
    interface Labels {
      tags: Tag[];
      neighbours: Label[];
      towns: Town[];
      paths: Outline[];
    }
    type Write = (change: () => void) => void;

    /* Packed arrays. */
    interface PackedNumbers {
      data: string;
      bits: number;
      count: number;
    }
    interface PackedSteps {
      data: string;
    }
    interface PackedPlaces {
      count: number;
      steps: number;
      x: PackedSteps;
      y: PackedSteps;
    }
    interface PackedShapes {
      x: PackedSteps;
      y: PackedSteps;
      steps: number;
      /** For each shape, each part and each ring the number of its corners. */
      rings: number[][][];
    }
    type PackedTexts =
      | { texts: (string | null)[] }
      | { words: string[]; codes: PackedNumbers }
      | { prefix: string; digits: number; numbers: PackedNumbers };
    interface Field {
      label: string;
      column: PackedTexts;
    }
    type Pair = [string, string | null];
    interface Places {
      count: number;
      steps: number;
      x: Int32Array;
      y: Int32Array;
    }

    /* Measures of units. */
    /** Class, value and more: the class is -1 without a value and 0 for zero. */
    type Cell = [number, string, string];
    /** What a label needs of a cell. */
    type Shown = [number, string, ...string[]];
    interface Balance {
      lines: { label: string; value: string; strong?: boolean }[];
      notes: string[];
    }
    interface Marks {
      derived: boolean;
      low: boolean;
      /** Why no unit has a number; empty where one has. */
      why: string;
    }
    interface Period extends Marks {
      label: string;
      publisher: string;
      cells: Cell[];
      balance: Balance;
    }
    interface Look {
      layer: string;
      title: string;
      unit: string;
      about: string;
      fills: string[];
      pales: string[];
      inks: string[];
      dotted?: number[];
      legend: { index: number; label: string; note?: string | null }[];
      extra?(body: HTMLElement): void;
    }
    interface Layer extends Look {
      group: string;
      periods: Period[];
    }
    interface GapLayer extends Layer {
      dotted: number[];
      groups: { title: string; units: { at: number; name: string; text: string; sure: string }[] }[];
      leads: string[][];
    }
    interface Outlines {
      outlines: PackedShapes;
      points: Place[];
      callouts: (Place | null)[];
      focus: number[] | null;
      place: string | null;
    }
    interface UnitData extends Outlines {
      names: string[];
      shapes: Leaflet.LatLng[][][][];
    }
    interface Reading {
      label?: string;
      value: string;
      detail: string;
    }
    interface Figure {
      name: string;
      periods: Reading[];
    }
    interface Card {
      name: string;
      lead?: string[];
      published?: string[];
      listing?(): HTMLElement | null;
      code: string;
      figures: Figure[];
      notes: string[];
      sources: string[];
    }
    /** Show a unit or nothing. */
    type Tell = (at: number | null) => void;
    type Select = (at: number, back: Back) => void;
    interface PaintedTag {
      node: HTMLElement;
      paint(layer: Look, cell: Shown, pale: boolean): void;
    }
    interface PaintedButton {
      button: HTMLElement;
      paint(layer: Look, cell: Shown, description: string): void;
    }
    interface PaintedLabel {
      paint(layer: Look, cell: Shown, pale: boolean, description: string): void;
    }
    interface Act {
      open(at: number, back: Back, place?: Leaflet.LatLngExpression): void;
      highlight: Tell;
    }
    interface Units {
      paths: Outline[];
      opacity: number;
      highlight: Tell;
      light(units: number[]): void;
      paint(layer: Look, period: Period, muted: string): void;
      overTiles(): void;
    }
    interface Regions {
      add(layer: Layer): void;
      lead(texts: string[][]): void;
      publish(texts: string[][]): void;
      list(make: (at: number) => HTMLElement | null): void;
      light(units: number[]): void;
      mute(muted: string): void;
      select: Select;
    }
    interface RegionData extends UnitData, Accounted {
      layers: Layer[];
      cards: Card[];
      aliases: string[][];
    }
    interface RegionMemory {
      layer: number;
      wanted: number;
      chosen: number[];
      shapes: UnitData["shapes"];
    }
    interface PeriodField extends HTMLFieldSetElement {
      tell?(at: number): void;
    }
    interface ChoiceField extends HTMLFieldSetElement {
      add(choice: string, at: number): void;
    }
    interface ShowLayer {
      (layer: number, period: number): void;
      add(layer: Layer): void;
    }

    /* Two maps. */
    interface SidePeriod extends Period {
      side: string;
    }
    interface Difference {
      name: string;
      first: string;
      second: string;
      difference: string;
    }
    interface SharedLayer extends Look {
      periods: [SidePeriod, SidePeriod];
      differences: Difference[];
      notes: string[];
    }
    interface SideData extends UnitData {
      codes: string[];
    }
    interface Comparison extends Accounted {
      sides: SideData[];
      layers: SharedLayer[];
    }
    interface Side {
      map: Leaflet.Map;
      own: SideData;
      units: Units;
      caption: HTMLElement;
    }
    interface SideAct {
      open(side: number, at: number, back: Back, place: Leaflet.LatLngExpression): void;
      hover(side: number, at: number | null): void;
    }

    /* Layers over the regions. */
    interface View {
      x: number;
      y: number;
      width: number;
      height: number;
      scale: number;
    }
    type Paint = (context: CanvasRenderingContext2D, view: View) => void;
    type CanvasOptions = Leaflet.RendererOptions & { label?: string };
    /** What Leaflet calls to make a renderer. */
    interface Making {
      initialize(options: CanvasOptions): void;
    }
    interface Emptied {
      _container?: Element;
    }
    class Canvas extends Leaflet.Renderer {
      constructor(paint: Paint, options: CanvasOptions);
      options: CanvasOptions;
      paint: Paint;
      key: string | null;
      view: View;
      widen(): void;
      renew(): void;
      repaint(): void;
      place(point: Leaflet.Point): Leaflet.Point;
      _container: HTMLCanvasElement;
      _bounds: Leaflet.Bounds & { min: Leaflet.Point };
      _map: Leaflet.Map;
      _update(): void;
    }
    interface Catcher {
      layer: Canvas;
      level(): number;
      /** What opens what lies there. */
      find(place: Leaflet.Point): (() => void) | null;
    }
    interface Memory {
      on?: boolean;
    }
    interface Accounted {
      synthetic?: boolean;
      section?: Section | null;
    }
    interface Overlay extends Accounted {
      title: string;
    }
    interface Section {
      title: string;
      paragraphs: string[];
      items: [string, string][];
      grid: string[][];
    }
    interface Findable {
      name: string;
      more: string;
      aliases: string[];
      go(back: HTMLElement): void;
      keys?: string[];
    }
    interface Slider {
      min: number;
      max: number;
      value: number;
      label: string;
      text(value: number): string;
      change(value: number): void;
    }
    interface Kind {
      name: string;
      count: string;
      colour: string;
      shape: string;
    }
    interface Incidents extends Overlay {
      places: PackedPlaces;
      marks: PackedNumbers;
      coarse: boolean;
      days: PackedNumbers & { first: number };
      months: [number, number];
      types: Kind[];
      undated: string;
      fields: Field[];
    }
    interface Points extends Places {
      marks: Numbers;
      day: LazyNumbers;
      month(at: number): number;
    }
    interface LazyNumbers {
      all(): Numbers;
      at(at: number): number;
    }
    interface Group {
      cells: number[];
      count: number;
      first: number;
      x: number;
      y: number;
      parts: number[];
      taken?: boolean;
    }
    interface Grid {
      left: number;
      top: number;
      columns: number;
      rows: number;
    }
    /** What lies in each cell of a grid. */
    interface Counts {
      counts: Uint32Array;
      x: Float64Array;
      y: Float64Array;
      first: Int32Array;
      parts: Uint32Array;
    }
    type OpenGroup = (group: Group, back?: Back) => void;
    interface IncidentMemory extends Memory {
      points: Points;
      kinds: boolean[];
      from: number;
      until: number;
      kept: Int32Array;
      groups: Group[];
      list?(): void;
    }
    interface Status {
      name: string;
      count: string;
      colour: string;
      pattern: "rising" | "cross" | "level" | "upright" | "dots" | "empty";
    }
    interface Areas extends Overlay {
      shapes: PackedShapes;
      marks: PackedNumbers;
      statuses: Status[];
      fields: Field[];
    }
    interface Area {
      at: number;
      status: number;
      rings: Place[][];
      west: number;
      east: number;
      north: number;
      south: number;
    }
    interface SeenArea {
      area: Area;
      x: number;
      y: number;
      path: Path2D | null;
    }
    interface AreaMemory extends Memory {
      areas: Area[];
      shown: boolean[];
      seen: SeenArea[];
    }
    interface ProjectPlace {
      at: number;
      count: string;
      money: number | null;
      amount: string;
    }
    interface NamedPlace {
      project: number;
      /** None outside the units. */
      unit: number | null;
      kind: string;
      /** Whether the matrix counts it. */
      counted: boolean;
      reach: string;
      place: string;
      towns: string[];
    }
    interface NamedProject {
      title: string;
      /** Language of its source, if it is known. */
      spoken: string;
      /** What is said, and the text. */
      lines: [string, string][];
      keys: Record<string, string[]>;
    }
    interface Named {
      names: string[];
      projects: NamedProject[];
      places: NamedPlace[];
      lit?: number | null;
    }
    interface Projects extends Overlay {
      points: Place[];
      names: string[];
      places: ProjectPlace[];
    }
    interface Heat extends Overlay {
      unit: string;
      alt: string;
      pictures: { address: string; bounds: [number, number, number, number] }[];
      periods: string[];
      legend: { label: string; colour: string }[];
    }
    interface PresenceRow {
      name: string;
      unit: boolean;
      kind: string;
      empty: boolean;
      cells: string[];
    }
    interface Presence {
      by: string;
      /** How the data write the columns. */
      keys: string[];
      columns: string[];
      rows: PresenceRow[];
      focus: number[] | null;
    }

    interface ResultGroup {
      title: string;
      source: string;
      /** The part of the source that is in the language of the document. */
      cited: string;
      /** That language, if it is known. */
      spoken: string;
      /** The number, what it is, when and where, remarks, a title in that language. */
      lines: string[][];
    }
    interface ResultSection {
      title: string;
      groups: ResultGroup[];
    }
    interface Results {
      sections: ResultSection[];
      /** By unit. */
      units: string[][];
    }

    /* Tiles. */
    interface Tiles {
      title: string;
      unit: string;
      classes: { label: string; colour: string }[];
      remarks: string[];
      tooFar: string;
      unreadable: string;
      language: Language;
      zooms: [number, number];
      /** The finest zoom that is drawn. */
      finest: number;
      bounds: [Place, Place];
      opacity: number;
      attribution: string;
      suffix: string;
      mediaType: string | null;
      address?: string;
      /** Which of `contents` lies at "z/x/y". */
      places: Record<string, number>;
      contents: string[];
      layers: TileLayer[];
    }
    interface TileLayer {
      name: string;
      label: string;
      colour: string;
      isPoints: boolean;
      /** Names of attributes and of their values. */
      words: Words;
      /** Which attribute the area of a dot goes with. */
      sizeBy: string;
      /** The largest number of a dot, by zoom. */
      largest: Record<number, number>;
      sized: string;
    }
    /** Part of a tile that is read. */
    interface Bytes {
      raw: DataView<ArrayBufferLike>;
      at: number;
      end: number;
      /** The high half of the number that was read last. */
      high: number;
    }
    type FieldReaders<Into> = Record<number, (inner: Bytes, into: Into) => void>;
    /** Numbers of more than 53 bits are their digits. */
    type TileValue = string | number | boolean | null;
    type TileProperties = Map<string, TileValue>;
    /** As it stands in a tile. */
    interface WrittenFeature {
      kind: number;
      tags: number[];
      commands: number[];
    }
    interface WrittenLayer {
      name: string;
      extent: number;
      keys: string[];
      values: TileValue[];
      features: WrittenFeature[];
    }
    interface VectorFeature {
      /** 1 for points, 2 for lines, 3 for polygons. */
      kind: number;
      props: TileProperties;
      /** Points, lines or rings: x and y by turns. */
      parts: number[][];
      path?: Path2D;
    }
    interface VectorLayer {
      name: string;
      extent: number;
      features: VectorFeature[];
      path?: Path2D;
    }
    type TileStore = (zoom: number, places: Leaflet.Point[]) => VectorLayer[][];
    /** A layer of a tile on the canvas. */
    interface TilePart {
      layer: VectorLayer;
      style?: TileLayer;
      x: number;
      y: number;
      size: number;
      /** Pixels to a unit of the tile. */
      scale: number;
    }
    interface FoundFeature {
      style: TileLayer;
      feature: VectorFeature;
    }
    interface TileDot extends FoundFeature {
      x: number;
      y: number;
      radius: number;
    }
    interface SeenTiles {
      parts: TilePart[];
      dots: TileDot[];
    }
    interface FoundInTiles {
      x: number;
      y: number;
      found: FoundFeature[];
    }
    interface OneTile {
      el: HTMLElement;
      coords: Leaflet.Coords;
    }
    interface TileLevel {
      el: HTMLElement;
      origin: Leaflet.Point;
      zoom: number;
      /** By how much its tiles are larger than they are. */
      scale?: number;
    }
    /** What Leaflet's types leave out. */
    interface SnappedLayer {
      getTileSize(): Leaflet.Point;
      _map: Leaflet.Map;
      _tiles: Record<string, OneTile>;
      _levels: Record<number, TileLevel>;
      _getTilePos(coords: Leaflet.Coords): Leaflet.Point;
      _setZoomTransform(level: TileLevel, center: Leaflet.LatLng, zoom: number): void;
    }

    /** What Python calls by name, each with data of its own. */
    interface Layers {
      regions(
        map: Leaflet.Map,
        data: RegionData,
        memory: RegionMemory
      ): void;
      compare(
        map: Leaflet.Map,
        data: Comparison,
        memory: { layer?: number; seen?: boolean }
      ): void;
      ground(
        map: Leaflet.Map,
        data: { outlines: PackedShapes; title: string; subtitle: string },
        memory: { shapes?: UnitData["shapes"] }
      ): void;
      towns(map: Leaflet.Map, data: Towns): void;
      offices(map: Leaflet.Map, data: { title: string; offices: Office[] }, memory: Memory): void;
      waters(map: Leaflet.Map, data: { colour: string; rivers: PackedShapes; lakes: PackedShapes }): void;
      neighbours(map: Leaflet.Map, rows: [string, number, number][]): void;
      scale(map: Leaflet.Map, data: { credit: string }): void;
      named(map: Leaflet.Map, data: Named): void;
      presence(map: Leaflet.Map, data: Presence): void;
      results(map: Leaflet.Map, data: Results): void;
      notes(map: Leaflet.Map, sections: Section[]): void;
      gaps(map: Leaflet.Map, layer: GapLayer): void;
      heat(map: Leaflet.Map, data: Heat, memory: Memory & { period: number }): void;
      incidents(map: Leaflet.Map, data: Incidents, memory: IncidentMemory): void;
      areas(map: Leaflet.Map, data: Areas, memory: AreaMemory): void;
      projects(map: Leaflet.Map, data: Projects, memory: Memory): void;
      tiles(map: Leaflet.Map, data: Tiles, memory: Memory): void;
    }

    interface Scripts extends Layers {
      /* page.js */
      el<Tag extends keyof HTMLElementTagNameMap>(
        tag: Tag,
        options?: Options,
        children?: Child[]
      ): HTMLElementTagNameMap[Tag];
      find(within: ParentNode, selector: string): HTMLElement;
      brush(canvas: HTMLCanvasElement): CanvasRenderingContext2D;
      flat<Item>(lists: Item[][]): Item[];
      empty<Kind extends Node>(node: Kind): Kind;
      inFocus(focus: number[] | null, at: number): boolean;
      fill(text: string, values: Record<string, string>): string;
      spoken(node: HTMLElement, part: string, language: string): HTMLElement;
      /** Data in one language; what they are is for the caller to know. */
      inLanguage(data: unknown, language: Language): any;
      settle(map: Leaflet.Map): void;
      zoomControls(map: Leaflet.Map, on: Leaflet.Map): Leaflet.Control[];
      isPhone(): boolean;
      twins(map: Leaflet.Map): Leaflet.Map[];
      viewOf(map: Leaflet.Map): Kept;
      newMap(box: HTMLElement, settings: Settings, options?: Leaflet.MapOptions): Leaflet.Map;
      open(id: `map_${string}`, settings: Settings): Leaflet.Map;
      alive(map: Leaflet.Map): boolean;
      call(map: Leaflet.Map, name: keyof Layers, data: unknown): void;
      speak(page: Page, language: Language): void;

      /* placing.js */
      giveWay(map: Leaflet.Map, name: string, boxes: () => Box[]): void;
      labels(map: Leaflet.Map): Labels;
      still(
        map: Leaflet.Map,
        place: Place,
        className: string,
        node: HTMLElement,
        pane?: string
      ): Leaflet.Marker;

      /* controls.js */
      section(map: Leaflet.Map, className: string, titleKey: string): HTMLElement;
      radios(
        map: Leaflet.Map,
        name: string,
        titleKey: string,
        choices: string[],
        choose: (at: number) => void
      ): ChoiceField;
      check(field: HTMLElement, at: number): void;
      swatch(layer: Look, index: number): HTMLElement;
      dots(index: number, pale: boolean): string;
      legend(map: Leaflet.Map, body: HTMLElement, layer: Look, marks: Marks): void;
      remarks(body: HTMLElement, remarks: string[]): void;
      balance(body: HTMLElement, content: Balance): void;
      subtitle(node: HTMLElement, unit: string, parts: string[]): void;
      panel(
        map: Leaflet.Map,
        layers: Layer[],
        card: Card | null,
        choose: (layer: number, period: number | null) => void
      ): ShowLayer;

      /* popup.js */
      figures(measures: Figure[]): HTMLElement;
      findings(map: Leaflet.Map, data: RegionData, texts: string[][]): void;
      publish(map: Leaflet.Map, data: RegionData, texts: string[][]): void;
      listings(map: Leaflet.Map, data: RegionData, make: (at: number) => HTMLElement | null): void;
      lead(texts: string[]): HTMLElement | null;
      cardList(title: string, items: string[]): HTMLElement | null;
      cardNotes(words: Words, card: Card): (HTMLElement | null)[];
      card(words: Words, card: Card): HTMLElement;
      fields(pairs: Pair[]): HTMLElement;
      reader(fields: Field[]): (at: number) => Pair[];
      pager<Member>(map: Leaflet.Map, members: Member[], draw: (member: Member) => Node[]): HTMLElement;
      lookAt(map: Leaflet.Map, move: () => void): void;
      frame(map: Leaflet.Map, path: Outline): void;
      goBack(map: Leaflet.Map): void;
      openPopup(map: Leaflet.Map, content: HTMLElement, place: Leaflet.LatLngExpression, back?: Back): void;
      openCard(map: Leaflet.Map, card: Card, place: Leaflet.LatLngExpression, back?: Back): void;

      /* units.js, regions.js, print.js, search.js, drawers.js, overlays.js, areas.js */
      drawer(map: Leaflet.Map, name: string, titleKey: string, buttonKey: string, fill: () => HTMLElement[]): void;
      leader(map: Leaflet.Map, from: Leaflet.LatLngExpression, to: Leaflet.LatLngExpression): Leaflet.Polyline;
      units(
        map: Leaflet.Map,
        data: UnitData,
        open: Act["open"],
        hover?: Act["highlight"]
      ): Units;
      closeByEscape(map: Leaflet.Map): void;
      printable(page: Page): void;
      findable(map: Leaflet.Map, places: Findable[]): void;
      note(map: Leaflet.Map, section: Section): void;
      number(value: number, language: Language): string;
      overlay(map: Leaflet.Map, title: string, layer: Leaflet.Layer, memory: Memory): HTMLElement;
      mutes(map: Leaflet.Map, layer: Leaflet.Layer, title: string): void;
      remark(text: string): HTMLElement;
      banner(map: Leaflet.Map): void;
      account(map: Leaflet.Map, data: Accounted): void;
      slider(options: Slider): HTMLInputElement;
      patternSwatch(status: Status): HTMLElement;

      /* named.js */
      listing(map: Leaflet.Map, wanted: (place: NamedPlace) => boolean): HTMLElement | null;
      light(map: Leaflet.Map, project: number | null): void;

      /* packing.js */
      numbers(packed: PackedNumbers): Numbers;
      lazyNumbers(packed: PackedNumbers): LazyNumbers;
      stepped(packed: PackedSteps, count: number): Int32Array;
      places(packed: PackedPlaces): Places;
      shapes(packed: PackedShapes): Leaflet.LatLng[][][][];
      worldShapes(packed: PackedShapes): Place[][][][];
      placeOf(x: number, y: number): Leaflet.LatLng;
      texts(packed: PackedTexts): (at: number) => string | null;

      /* canvas.js, clusters.js */
      pane(map: Leaflet.Map, name: string, level: number): string;
      Canvas: typeof Canvas;
      catchClicks<Found>(
        map: Leaflet.Map,
        layer: Canvas,
        hit: (place: Leaflet.Point) => Found | null | undefined,
        open: (found: Found) => void
      ): void;
      gather(points: Points, kept: Int32Array, view: View, kinds: number): Group[];
      members(points: Points, kept: Int32Array, view: View, group: Group): number[];
      radius(group: Group): number;
      sign(context: CanvasRenderingContext2D, shape: string, x: number, y: number, size: number): void;
      drawSign(
        context: CanvasRenderingContext2D,
        kind: Kind,
        x: number,
        y: number,
        hollow: boolean
      ): void;
      drawRing(context: CanvasRenderingContext2D, group: Group, kinds: Kind[], text: string): void;

      /* tiles.js, seams.js, tiles_box.js */
      tileContent(data: Tiles, name: string): string | undefined;
      tileAddress(data: Tiles, name: string): string;
      strong(data: Tiles, colour: string): string;
      seamless(layer: Leaflet.GridLayer): Leaflet.GridLayer;
      tilesBox(map: Leaflet.Map, title: string, layer: Leaflet.Layer): HTMLElement;
      tilesCard(map: Leaflet.Map, content: HTMLElement, place: Leaflet.LatLng): void;

      /* mvt.js, vectors.js */
      readTile(bytes: Uint8Array): VectorLayer[];
      vectors(map: Leaflet.Map, data: Tiles, rows: Child[]): Canvas;
    }
  }
}
