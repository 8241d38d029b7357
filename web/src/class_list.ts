// Class lists as people type them: the grammar of `--classes` (docs/reference/formats.md), a name list for each class.

export interface NamedClass {
  /** The first is shown, all stand for the class. */
  names: string[];
  /** What people are shown, where a vocabulary says so. */
  title?: string;
  /** Part of the training of a zero-shot split. */
  seen?: boolean;
}

export function title_of(named: NamedClass): string {
  return named.title ?? named.names[0];
}

/** Names are the same if they differ in case and blanks only. */
function key_of(name: string): string {
  return name.trim().replace(/\s+/g, " ").toLowerCase();
}

/** A line's classes: commas between classes, `;` between names, quotes around names that have these. */
function read_line(line: string): string[][] {
  const classes: string[][] = [];
  let names: string[] = [];
  let name = "";
  let quoted = false;
  const end_name = () => {
    if (name.trim()) names.push(name.trim().replace(/\s+/g, " "));
    name = "";
  };
  const end_class = () => {
    end_name();
    if (names.length) classes.push(names);
    names = [];
  };
  for (let i = 0; i < line.length; ++i) {
    const c = line[i];
    if (quoted) {
      if (c !== '"') name += c;
      else if (line[i + 1] === '"') name += line[++i];
      else quoted = false;
    } else if (c === '"' && !name.trim()) quoted = true;
    else if (c === "\\" && ',;#"\\'.includes(line[i + 1] ?? " ")) name += line[++i];
    else if (c === "#" && (i === 0 || /\s/.test(line[i - 1]))) break;
    else if (c === ",") end_class();
    else if (c === ";") end_name();
    else name += c;
  }
  end_class();
  return classes;
}

/** Classes of a text, a line or commas between them; empty entries are left out. */
export function parse_class_list(text: string): NamedClass[] {
  return text.split(/\r?\n/).flatMap(read_line).map((names) => ({ names }));
}

/** `list` and those of `more` none of whose names it has; of these the names that are new. */
export function with_classes(list: NamedClass[], more: NamedClass[]): NamedClass[] {
  const known = new Set(list.flatMap((named) => named.names.map(key_of)));
  const result = [...list];
  for (const named of more) {
    const fresh: string[] = [];
    for (const name of named.names) {
      if (known.has(key_of(name))) continue;
      known.add(key_of(name));
      fresh.push(name);
    }
    if (fresh.length) result.push({ ...named, names: fresh });
  }
  return result;
}

function written(name: string): string {
  const plain = !/[,;"\\]/.test(name) && !/^[#@]/.test(name) && !/\s#/.test(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** The text that parse_class_list and `--classes` read as these classes. */
export function class_list_text(list: NamedClass[]): string {
  return list.map((named) => named.names.map(written).join(";")).join(", ");
}
