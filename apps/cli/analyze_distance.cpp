// relprompt analyze distance: how far the heads of every layer look, with the prompts and without (paper,
// figure 7).
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "relprompt/model.h"
#include "relprompt/output.h"

#include "analysis/distance_chart.h"
#include "analyze.h"
#include "analyze_options.h"
#include "numbers.h"
#include "terminal.h"
#include "written_files.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "For every patch the distance to the patches it attends to, weighted by the attention and averaged over\n"
    "patches and images; class token and prompts are left out, weights sum to 1 over the patches. Pixels "
    "are\n"
    "those of the resized image. Prompts change these weights only through the layers before, so the first\n"
    "layer is equal with and without them; relationship prompts, which begin behind it, show from the "
    "third.\n"
    "\n"
    "Writes distance.png, distance.svg and distance.json.\n"
    "\n"
    "Examples:\n"
    "  relprompt analyze distance examples/scene.png -m models/demo -c \"red square, blue circle\" -o out\n"
    "  relprompt analyze distance images/ -m rpn-voc --vocabulary voc-20 -o out";

struct DistanceArguments : AnalyzeArguments {
  int short_side = 0;
};

/// The mean over images of one model.
class Mean {
 public:
  explicit Mean(std::string name) : name_(std::move(name)) {}

  void add(const AttentionDistances& one) {
    if (images_++ == 0) {
      sum_ = one;
      return;
    }
    for (std::size_t i = 0; i < sum_.pixels.size(); ++i) sum_.pixels[i] += one.pixels[i];
  }

  analysis::DistanceSeries series() const {
    analysis::DistanceSeries series = {name_, {}};
    for (int layer = 0; layer < sum_.layers; ++layer) {
      auto& heads = series.heads_of_layers.emplace_back();
      for (int head = 0; head < sum_.heads; ++head) heads.push_back(sum_.at(layer, head) / images_);
    }
    return series;
  }

 private:
  std::string name_;
  AttentionDistances sum_;
  int images_ = 0;
};

Json json_of(const analysis::DistanceSeries& series) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < series.heads_of_layers.size(); ++i) {
    const auto& heads = series.heads_of_layers[i];
    const double sum = std::accumulate(heads.begin(), heads.end(), 0.0);
    layers.push_back({{"layer", i + 1}, {"heads", heads}, {"mean", sum / static_cast<double>(heads.size())}});
  }
  return {{"name", series.name}, {"layers", layers}};
}

/// Measures all images; the first model is the CLIP alone, the second, if the model has prompts, with them.
std::vector<analysis::DistanceSeries> measure(AnalyzeJob& job, const DistanceArguments& arguments) {
  const bool trained = !inspect_model(arguments.model.model).method.empty();
  Segmenter bare = job.open(arguments.model.model, true);
  Mean before("CLIP alone"), after("with prompts");
  Progress progress(job.images().size(), job.progress_style());
  for (const ListedImage& listed : job.images()) {
    progress.begin(listed.short_name());
    const Image image = job.read(listed);
    before.add(bare.attention_distances(image, arguments.short_side));
    if (trained) after.add(job.segmenter().attention_distances(image, arguments.short_side));
    progress.end();
  }
  std::vector<analysis::DistanceSeries> series = {before.series()};
  if (trained) series.push_back(after.series());
  return series;
}

std::vector<fs::path> files_in(const fs::path& output) {
  return {output / "distance.png", output / "distance.svg", output / "distance.json"};
}

std::vector<fs::path> save(const AnalyzeJob& job, const analysis::Figure& figure, const Json& document) {
  const auto files = files_in(job.output());
  WrittenFiles guard;
  write_image(files[0], analysis::draw_figure(figure));
  guard.add(files[0]);
  write_text(files[1], analysis::svg_of(figure));
  guard.add(files[1]);
  write_text(files[2], to_text(document));
  guard.complete();
  return files;
}

int run(const DistanceArguments& arguments) {
  AnalyzeJob job(arguments, [](const fs::path& output, const auto&) { return files_in(output); });
  const auto series = measure(job, arguments);
  Json document = job.facts();
  Json inputs = Json::array();
  for (const ListedImage& listed : job.images()) inputs.push_back(listed.input);
  document["images"] = std::move(inputs);
  document["short_side"] =
      arguments.short_side == 0 ? Json("the window of the model's protocol") : Json(arguments.short_side);
  document["unit"] = "pixels of the resized image";
  Json rows = Json::array();
  for (const auto& one : series) rows.push_back(json_of(one));
  document["distances"] = std::move(rows);
  const auto figure = analysis::distance_figure(
      fmt::format("Mean attention distance, {}", counted(job.images().size(), "image")), series);
  job.report(document, save(job, figure, document));
  const bool equal = series.size() == 2 && series[0].heads_of_layers == series[1].heads_of_layers;
  if (equal)
    print_note("both curves are equal: the model's prompts change nothing in what patches attend to");
  if (series.size() == 1) print_note("the model is a bare CLIP: there is nothing to compare it with");
  return 0;
}

}  // namespace

Command add_analyze_distance(CLI::App& analyze) {
  const auto arguments = std::make_shared<DistanceArguments>();
  CLI::App* parser =
      analyze
          .add_subcommand("distance",
                          "Mean attention distance of every head and layer, with the prompts and without")
          ->group("Kinds");
  arguments->add_to(*parser);
  add_view_option(*parser, arguments->short_side);
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
