// What was done on the page as a command and as a Python program.

export interface Job {
  file_name: string;
  /** Its name on the server, and what opens it in the program, unless the server does not tell that. */
  model: { name: string; place: string | null };
  head: string | null;
  /** As the program reads it. */
  class_text: string;
  /** A built-in list, in place of `class_text`. */
  vocabulary: string | null;
  unknown: number | null;
  /** Labels of classes that training saw; with `calibration`. */
  seen: number[];
  calibration: number;
}

function shell_word(text: string): string {
  return /^[\w./:=,+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path that no program takes for a flag. */
function path_of(file_name: string): string {
  return file_name.startsWith("-") ? `./${file_name}` : file_name;
}

/** What opens the model, or what stands there for the reader to replace. */
export function place_of(job: Job): string {
  return job.model.place ?? `PATH_OF_${job.model.name}`;
}

export function command_of(job: Job): string {
  const words = ["relprompt segment", shell_word(path_of(job.file_name)), `--model ${shell_word(place_of(job))}`];
  if (job.head) words.push(`--head ${shell_word(job.head)}`);
  if (job.vocabulary) words.push(`--vocabulary ${shell_word(job.vocabulary)}`);
  else words.push(`--classes ${shell_word(job.class_text)}`);
  if (job.unknown !== null) words.push(`--unknown ${job.unknown}`);
  if (job.seen.length) words.push(`--seen ${job.seen.join(",")} --calibration ${job.calibration}`);
  words.push("--save labels,overlay -o out");
  return words.join(" ");
}

export function python_of(job: Job): string {
  const text = (value: string) => JSON.stringify(value);
  const head = job.head ? `, head=${text(job.head)}` : "";
  const classes = text(job.vocabulary ?? job.class_text);
  let options = "";
  if (job.unknown !== null) options += `, unknown=${job.unknown}`;
  if (job.seen.length) options += `, seen=[${job.seen.join(", ")}], calibration=${job.calibration}`;
  return [
    "import relprompt",
    "",
    `model = relprompt.Model(${text(place_of(job))}${head})`,
    `segmenter = relprompt.Segmenter(model, ${classes}${options})`,
    `result = segmenter(${text(path_of(job.file_name))})`,
    'result.save("out", ["labels", "overlay"])',
  ].join("\n");
}
