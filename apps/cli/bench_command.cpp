// relprompt bench: how fast a model is on this machine, and where the time of a window goes.
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/benchmark.h"
#include "relprompt/error.h"
#include "relprompt/version.h"

#include "base/own_files.h"
#include "bench_roofline.h"
#include "commands.h"
#include "json_report.h"
#include "model_notes.h"
#include "options_force.h"
#include "options_model.h"
#include "terminal.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

constexpr int kLabelColumns = 16;
constexpr const char* kTimed =
    "one window from the normalised image to its label map (median over the runs, per window of a batch); "
    "not in it: decoding and resizing the image, the text tower";

struct BenchArguments {
  ModelArguments model;
  BenchmarkOptions options;
  std::string roofline;
  bool force = false, json = false;
};

Json json_of(const BenchmarkResult& r) {
  Json document = {{"median_ms", r.window_ms.median},
                   {"spread_ms",
                    {{"min", r.window_ms.min},
                     {"lower_quartile", r.window_ms.lower_quartile},
                     {"upper_quartile", r.window_ms.upper_quartile},
                     {"max", r.window_ms.max}}},
                   {"batch_ms", r.batch_ms},
                   {"gflop", r.gflop},
                   {"gflops", r.gflops}};
  document["matmul_gflops"] = r.matmul_gflops ? Json(*r.matmul_gflops) : Json();
  document["share_of_matmul"] = r.matmul_gflops ? Json(r.gflops / *r.matmul_gflops) : Json();
  document["peak_gflops"] = r.peak_gflops ? Json(*r.peak_gflops) : Json();
  document["matmul_precision"] = r.matmul_gflops ? Json(r.matmul_precision) : Json();
  document["peak_mb"] = r.peak_mb;
  document["load_ms"] = r.load_ms;
  Json stages = Json::object();
  Json work = Json::object();
  for (const StageTime& stage : r.stages) {
    stages[stage.name] = stage.ms;
    if (stage.mb > 0) work[stage.name] = {{"gflop", stage.gflop}, {"mb", stage.mb}};
  }
  document["stages_ms"] = stages;
  document["stages_work"] = work;
  document["memory_gb_s"] = r.memory_rate ? Json(*r.memory_rate) : Json();
  document["timed"] = kTimed;
  document["model"] = r.model;
  document["precision"] = r.precision;
  document["device"] = r.device;
  document["threads"] = r.threads;
  document["classes"] = r.classes;
  document["window"] = r.window;
  document["batch"] = r.batch;
  document["repeat"] = r.repeat;
  document["build"] = {{"relprompt", RELPROMPT_VERSION},
                       {"compiler", r.machine.compiler},
                       {"kind", r.machine.build},
                       {"onednn", r.machine.onednn}};
  document["cpu"] = {
      {"name", r.machine.cpu}, {"cores", r.machine.cores}, {"instructions", r.machine.instructions}};
  return document;
}

std::string table_of(const BenchmarkResult& r) {
  std::string text;
  const auto row = [&](const std::string& label, const std::string& value) {
    text += pad(label, kLabelColumns) + printable(value) + "\n";
  };
  const TimeSpread& t = r.window_ms;
  row("model", fmt::format("{}, {}, {}, {} classes", r.model, r.precision, r.device, r.classes));
  row("window", fmt::format("{0}x{0} pixels, batch {1}, {2} threads", r.window, r.batch, r.threads));
  row("a window takes",
      fmt::format("{:.1f} ms (median of {}; {:.1f} to {:.1f}, half of them {:.1f} to {:.1f})", t.median,
                  r.repeat, t.min, t.max, t.lower_quartile, t.upper_quartile));
  row("work", fmt::format("{:.1f} GFLOP, {:.1f} GFLOP/s", r.gflop, r.gflops));
  if (r.matmul_gflops) {
    row("matmul", fmt::format("{:.1f} GFLOP/s ({}), so the window runs at {:.0f} % of it", *r.matmul_gflops,
                              r.matmul_precision, 100 * r.gflops / *r.matmul_gflops));
  }
  if (r.peak_gflops) row("fastest part", fmt::format("{:.1f} GFLOP/s of a product or stage", *r.peak_gflops));
  if (r.memory_rate) row("memory", fmt::format("{:.1f} GB/s read by these threads", *r.memory_rate));
  row("peak memory", fmt::format("{:.0f} MB", r.peak_mb));
  row("loading", fmt::format("{:.0f} ms", r.load_ms));
  for (const StageTime& stage : r.stages) {
    row("  " + stage.name, fmt::format("{:8.1f} ms {:5.1f} %", stage.ms, 100 * stage.ms / t.median));
  }
  row("build", fmt::format("relprompt {}, {}, {}, oneDNN {}", RELPROMPT_VERSION, r.machine.compiler,
                           r.machine.build, r.machine.onednn));
  row("processor", fmt::format("{}, {} cores; {}", r.machine.cpu, r.machine.cores,
                               fmt::join(r.machine.instructions, ", ")));
  return text;
}

int run(const BenchArguments& arguments) {
  const auto image = roofline_file(arguments.roofline);
  if (image) require_free({*image}, arguments.force);
  const auto model_options = arguments.model.resolve();
  arguments.model.fetch(arguments.json);
  const BenchmarkResult result = benchmark_model(arguments.model.model, model_options, arguments.options);
  print_model_notes(result.notes);
  if (image) write_roofline(result, *image);
  print_result(arguments.json ? to_text(json_of(result)) : table_of(result));
  return 0;
}

}  // namespace

Command add_bench(CLI::App& program) {
  const auto arguments = std::make_shared<BenchArguments>();
  BenchmarkOptions& options = arguments->options;
  CLI::App* parser =
      program.add_subcommand("bench", "Time a model on this machine, stage by stage")->group("Commands");
  arguments->model.add_to(*parser);
  parser->remove_option(parser->get_option("--vocab"));  // no text is read here
  const auto number = [&](const char* name, int& value, const char* help, double high) {
    parser->add_option(name, value, help)->option_text("N")->check(in_range(1, high));
  };
  number("--classes", options.classes, "classes, random unit embeddings [default: 20]", kMaxClasses);
  number("--window", options.window, "side of the window in pixels [default: the model's own]", 4096);
  number("--batch", options.batch, "windows computed together [default: 1]", 256);
  number("--repeat", options.repeat, "timed runs; one more warms up [default: 7]", 10000);
  parser->add_option("--seed", options.seed, "of the image and the embeddings [default: 0]")
      ->option_text("N");
  parser
      ->add_option("--roofline", arguments->roofline,
                   "also draw what every stage reaches beside what memory and products allow;\n.png or .svg")
      ->option_text("FILE");
  add_force(*parser, arguments->force, "an image");
  parser->add_flag("--json", arguments->json, "one JSON object instead of a table");
  parser->footer(
      "Times are those of one window, from the normalised image to its label map.\n"
      "Examples:\n  relprompt bench -m models/demo --classes 20 --threads 2\n  relprompt bench -m random-b16 "
      "--classes 171 --precision bf16 --threads 2 --json\n"
      "  relprompt bench -m random-b16 --window 512 --roofline roofline.png");
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
