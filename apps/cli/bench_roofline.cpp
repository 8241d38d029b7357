#include "bench_roofline.h"

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDrawing = ".svg";

}  // namespace

analysis::Roofline roofline_of(const BenchmarkResult& r) {
  analysis::Roofline roofline;
  roofline.title = fmt::format("{}: a window of {} pixels, {}, {} classes, {} threads: {:.0f} ms",
                               fs::path(r.model).filename().string(), r.window, r.precision, r.classes,
                               r.threads, r.window_ms.median);
  roofline.memory_rate = *r.memory_rate;
  roofline.ceilings = {{fmt::format("{}, fastest measured", r.matmul_precision), *r.peak_gflops}};
  for (const StageTime& stage : r.stages) {
    if (stage.gflop <= 0 || stage.ms <= 0) continue;  // without products, as labels are
    roofline.points.push_back({fmt::format("{}, {:.0f} ms:", stage.name, stage.ms),
                               stage.gflop * 1e3 / stage.mb, stage.gflop / stage.ms * 1e3});
  }
  return roofline;
}

std::optional<fs::path> roofline_file(const std::string& argument) {
  if (argument.empty()) return std::nullopt;
  const fs::path file = argument;
  if (file.extension() != ".png" && file.extension() != kDrawing) {
    throw Error(ErrorCode::kBadArgument, fmt::format("--roofline {}: not an image's name", argument),
                "end it in .png or .svg");
  }
  return file;
}

void write_roofline(const BenchmarkResult& result, const fs::path& file) {
  if (result.stages.empty() || !result.peak_gflops || !result.memory_rate) {
    throw Error(ErrorCode::kBadArgument,
                "--roofline needs a benchmark on the CPU: elsewhere stages are not timed",
                "leave out --device");
  }
  const auto figure = analysis::roofline_figure(roofline_of(result));
  if (file.extension() == kDrawing) {
    write_text(file, analysis::svg_of(figure));
  } else {
    write_image(file, analysis::draw_figure(figure));
  }
}

}  // namespace relprompt::cli
