// COCO's compressed run lengths, read by the published description: numbers in base 32 from the character '0' on, the
// 32 bit says that more follow, 16 in the last one is the sign; from the third number on each is the difference to
// the one two before. Runs of zeros and ones alternate, column by column.

/** The mask's bits, column by column. */
export function decode_rle({ size: [height, width], counts }) {
  const runs = [];
  for (let at = 0; at < counts.length; ) {
    let value = 0;
    let shift = 0;
    let digit;
    do {
      digit = counts.charCodeAt(at++) - 48;
      value += (digit & 31) * 2 ** shift;
      shift += 5;
    } while (digit & 32);
    if (digit & 16) value -= 2 ** shift;
    runs.push(runs.length > 2 ? value + runs[runs.length - 2] : value);
  }
  const bits = new Uint8Array(height * width);
  let at = 0;
  runs.forEach((run, i) => {
    bits.fill(i % 2, at, at + run);
    at += run;
  });
  if (at !== bits.length) throw new Error(`runs of ${at} pixels for a mask of ${bits.length}`);
  return bits;
}
