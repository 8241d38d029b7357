// The colours of classes, the same as those of the program (src/image/palette.cpp; a test compares), so that names
// have their colours before the first answer.

const TABLE =
  "e6394a2f9e443b6fe0ffc233a94bd622c3c9ff7f2af27db88a5a34b8e04a5b4fa8ffe8a31f7a78c2185b8fd3ff7a8b2e" +
  "d7b8ff9c2f1f7be3a5c79a6b0000e6ff00ff7d006923cd00235523917d9bff00a000a5ff0050735f3c46b4fffaffafaa" +
  "5005b4b98cffffdcf500ff78fff500be6e28914b7dc300a0ff73ffb4af002391b9b9c3aa7daf7d7850ffcd738200faf0" +
  "be6ebebeffa09100e6879bd73773001e4bd20569aaaaff00d728d78705377d2d9b00d28273917dcda0afc34100645000" +
  "ff737869b437d2418c6473465f3c78ff9bf5ff500a787dd2b48c00eb5ac88cafb4465f50966efff0aa6405a587ff467d" +
  "aac8736e69a0a06e6400c3ff783200c3e6b4c850ff69e1509b1e640fffb9003ca5ebcdaa198755a000aa7d55c85f556e" +
  "c3e1f0b4b9d7aa4b50005aff00e1ffe19600ebe15f966e0ab98cbe7dd2c3823c55e173505023e1ffb9e1647d8ca541a0" +
  "c3001e00f000a58c736932bea0aaffff23d24ba5b4008c00d773eb8791ffc800fad7b9417800fff0917800af0a8cf587" +
  "0055508cc800af00d2008cf53c4b8c23b97d91fad2b4557d9b69c8502d91ff91a56978ffdc96dc734b3c825f690ad7b4" +
  "91a023afaf69690096e1f0d782ebfa0f6473006e504b4b32cd5f55f000787391b4ff0000910087a500378200b97dbeff" +
  "d7d27dc346be7d4b9bdc7d00466e9178c36eb40f7deb69911e2dc8dccd148c8255cd8c8791000069afd76ec8e1d2f023" +
  "5a64057d32789664a0ff5aaaaa5a3269a05ae1cdfadcaf9b4b9bd769c3a05a7db4dc19000055afc83c4baf6e9600640f" +
  "9b82c8afd7cd6e2d5a0037ff4137af82f01effd27d8c41e11e9182e11ea0ebfa7d00f091ff50ffffc8c8c8a0ff5f4be1" +
  "ff0055d782a5a541ffd2007d5a8c5faf69e61482d2695f3741b4a5afbeffd75faad7be82ffa0d200c355e132fa782d37" +
  "3c505f7d6e5ab4a5dca0460069237dbe7864ff7ddcdc055069a000d7afd7e15a0091dc735ae6d2d755e1ffb987ff9b00" +
  "c3e682919b696ea5ff5a8700787800b9c800a03755af828c466ebeeb5a5500879bd24b6eafff6ea59bb4be874baaa587";

// Beyond the table, as there.
const LEVELS = 192;
const STEP = 4374377n;

/** The colour of a label, "#rrggbb". */
export function color_of(label: number): string {
  if (label * 6 < TABLE.length) return "#" + TABLE.slice(label * 6, label * 6 + 6);
  const number = Number((BigInt(label) * STEP) % BigInt(LEVELS ** 3));
  const channel = (level: number) => (255 - (level % LEVELS)).toString(16).padStart(2, "0");
  return "#" + channel(Math.floor(number / LEVELS ** 2)) + channel(Math.floor(number / LEVELS)) + channel(number);
}

/** Red, green, blue of "#rrggbb", 0 to 255. */
export function rgb_of(color: string): [number, number, number] {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
