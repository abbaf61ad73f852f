// The body of DATA (RFC 5321 §4.1.1.4, §4.5.2): it ends with CRLF.CRLF and with nothing else, so that a
// message cannot hide another one (LF.LF, LF.CRLF, CR.CR and the like are content). A dot that begins a line
// is taken away. Bare CR and LF stay as they came.

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const LINE_DOT = Buffer.from('\r\n.', 'latin1');

/** Pieces of one push above which the rest is copied together: crumbs cost more than a copy. */
const MAX_PIECES = 16;

/** What the octets before the next one were. */
const Place = { Inside: 0, Cr: 1, LineStart: 2, Dot: 3, DotCr: 4 } as const;
type Place = (typeof Place)[keyof typeof Place];

export class DataDecoder {
  #place: Place = Place.LineStart;
  #ended = false;

  /** True once the end was seen. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Reads on in the next octets.
   * @param out receives the content as views of `bytes`, in order
   * @returns how many octets belong to the body; less than all only when it has ended
   */
  push(bytes: Buffer, out: Buffer[]): number {
    let at = 0;
    let from = 0;
    while (at < bytes.length) {
      if (this.#place === Place.Inside) {
        // hot: nearly all octets are passed over here
        const dot = bytes.indexOf(LINE_DOT, at);
        if (dot < 0) {
          this.#place = tailPlace(bytes, at);
          at = bytes.length;
          break;
        }
        at = dot + 2;
        this.#place = Place.LineStart;
        continue;
      }
      const byte = bytes[at] as number;
      switch (this.#place) {
        case Place.Cr:
          this.#place = byte === LF ? Place.LineStart : byte === CR ? Place.Cr : Place.Inside;
          break;
        case Place.LineStart:
          if (byte === DOT) {
            // Withheld until the next octets say whether it is the end.
            if (at > from) out.push(bytes.subarray(from, at));
            from = at + 1;
            this.#place = Place.Dot;
          } else this.#place = byte === CR ? Place.Cr : Place.Inside;
          break;
        case Place.Dot:
          // A CR after the dot is withheld with it.
          if (byte === CR) from = at + 1;
          this.#place = byte === CR ? Place.DotCr : Place.Inside;
          break;
        case Place.DotCr:
          if (byte === LF) {
            this.#ended = true;
            return at + 1;
          }
          // The CR behind the line's first dot was content after all.
          from = Math.max(at - 1, 0);
          if (at === 0) out.push(CR_PIECE);
          this.#place = byte === CR ? Place.Cr : Place.Inside;
          break;
      }
      at++;
      if (out.length >= MAX_PIECES) return this.#copyRest(bytes, at, from, out);
    }
    if (at > from) out.push(bytes.subarray(from, at));
    return at;
  }

  /** As `push`, for input with many dotted lines: one octet at a time into a copy. */
  #copyRest(bytes: Buffer, start: number, from: number, out: Buffer[]): number {
    const copy = Buffer.allocUnsafe(bytes.length - from + 1);
    let length = bytes.copy(copy, 0, from, Math.max(from, start));
    let place = this.#place;
    let at = start;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (place === Place.LineStart && byte === DOT) {
        place = Place.Dot;
        continue;
      }
      if (place === Place.Dot && byte === CR) {
        place = Place.DotCr;
        continue;
      }
      if (place === Place.DotCr) {
        if (byte === LF) {
          this.#ended = true;
          at++;
          break;
        }
        copy[length++] = CR;
        place = Place.Cr;
      }
      copy[length++] = byte;
      if (byte === CR) place = Place.Cr;
      else place = byte === LF && place === Place.Cr ? Place.LineStart : Place.Inside;
    }
    this.#place = place;
    if (length > 0) out.push(copy.subarray(0, length));
    return at;
  }
}

const CR_PIECE = Buffer.from('\r', 'latin1');

/** Where the octets from `at` on leave us, when no dotted line begins in them and `at` is inside a line. */
function tailPlace(bytes: Buffer, at: number): Place {
  const last = bytes[bytes.length - 1];
  if (last === CR) return Place.Cr;
  const before = bytes.length - 2;
  return last === LF && before >= at && bytes[before] === CR ? Place.LineStart : Place.Inside;
}
