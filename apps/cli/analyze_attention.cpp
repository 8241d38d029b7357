// relprompt analyze attention: relationship attention maps of every class and layer over the image (paper,
// figure 1).
#include <cmath>
#include <memory>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "analysis/attention_sheet.h"
#include "analyze.h"
#include "analyze_options.h"
#include "base/json_output.h"
#include "command_rows.h"
#include "image/npy_writer.h"
#include "usage.h"
#include "written_files.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "The map of a layer says how much each patch agrees with each class, given the whole image (Eq. 2); "
    "the\n"
    "layer's prompts are made from it. Colours of a layer share one scale, shown below its column.\n"
    "\n"
    "Examples:\n"
    "  relprompt analyze attention examples/scene.png -m models/demo -c \"red square, blue circle\" -o out\n"
    "  relprompt analyze attention street.jpg -m rpn-voc -c \"road, sky, car\" -o out\n"
    "  relprompt analyze attention images/ -m rpn-voc --vocabulary voc-20 -o out --save sheet,npy";

constexpr const char* kNpy = ".attention.npy";
constexpr const char* kJson = ".attention.json";
constexpr const char* kSheet = ".attention.png";

struct AttentionArguments : AnalyzeArguments {
  int short_side = 0;
  std::string save = "sheet";
};

struct AttentionPlan {
  bool sheet = false, npy = false, json = false;
};

AttentionPlan plan_of(const AttentionArguments& arguments) {
  AttentionPlan plan;
  for (const std::string& kind : split_list(arguments.save)) {
    require_one_of("--save", kind, {"sheet", "npy", "json"});
    plan.sheet |= kind == "sheet";
    plan.npy |= kind == "npy";
    plan.json |= kind == "json";
  }
  return plan;
}

/// Rows of numbers with six digits, which is more than any of them deserves.
Json rows_of(const AttentionMaps& maps, std::size_t layer, std::size_t label) {
  Json rows = Json::array();
  const float* value = maps.map(layer, label);
  for (int y = 0; y < maps.height; ++y) {
    Json row = Json::array();
    for (int x = 0; x < maps.width; ++x) row.push_back(std::round(double{*value++} * 1e6) / 1e6);
    rows.push_back(std::move(row));
  }
  return rows;
}

Json view_of(const ListedImage& listed, const AttentionMaps& maps) {
  Json layers = Json::array();
  for (std::size_t i = 0; i < maps.layers.size(); ++i) {
    const auto scale = analysis::scale_of(maps, i);
    layers.push_back({{"layer", maps.layers[i]}, {"low", scale.low}, {"high", scale.high}});
  }
  return {{"input", listed.input},
          {"resized_height", maps.resized_height},
          {"resized_width", maps.resized_width},
          {"patch", maps.patch},
          {"patch_rows", maps.height},
          {"patch_columns", maps.width},
          {"layers", layers}};
}

void write_npy(const fs::path& file, const AttentionMaps& maps) {
  image::NpyWriter writer(file,
                          {static_cast<std::int64_t>(maps.layers.size()),
                           static_cast<std::int64_t>(maps.classes), maps.height, maps.width},
                          false);
  writer.append(maps.values.data(), maps.values.size());
  writer.commit();
}

void write_json(const fs::path& file, const Json& facts, Json view, const AttentionMaps& maps) {
  for (std::size_t i = 0; i < maps.layers.size(); ++i) {
    Json of_classes = Json::array();
    for (std::size_t label = 0; label < maps.classes; ++label) of_classes.push_back(rows_of(maps, i, label));
    view["layers"][i]["maps"] = std::move(of_classes);
  }
  Json document = facts;
  document.update(view);
  write_text(file, json_text(document) + "\n");  // on one line: pages of single numbers help nobody
}

fs::path path_of(const ListedImage& listed, const char* ending) {
  return fs::path(listed.stem.string() + ending);
}

std::vector<fs::path> files_of(const std::vector<ListedImage>& images, const AttentionPlan& plan) {
  std::vector<fs::path> files;
  for (const ListedImage& listed : images) {
    if (plan.npy) files.push_back(path_of(listed, kNpy));
    if (plan.json) files.push_back(path_of(listed, kJson));
    if (plan.sheet) files.push_back(path_of(listed, kSheet));
  }
  return files;
}

/// The kinds and paths of what was written, all or nothing of it.
std::vector<std::pair<std::string, fs::path>> save(const AnalyzeJob& job, const ListedImage& listed,
                                                   const AttentionPlan& plan, const Image& image,
                                                   const AttentionMaps& maps, const Json& facts,
                                                   const Json& view) {
  WrittenFiles guard;
  std::vector<std::pair<std::string, fs::path>> files;
  const auto keep = [&](const char* kind, const fs::path& path) {
    guard.add(path);
    files.emplace_back(kind, path);
  };
  if (plan.npy) {
    write_npy(path_of(listed, kNpy), maps);
    keep("npy", path_of(listed, kNpy));
  }
  if (plan.json) {
    write_json(path_of(listed, kJson), facts, view, maps);
    keep("json", path_of(listed, kJson));
  }
  if (plan.sheet) {
    const auto name = listed.short_name();
    write_image(path_of(listed, kSheet), analysis::draw_attention_sheet(image, maps, job.classes(), name));
    keep("sheet", path_of(listed, kSheet));
  }
  guard.complete();
  return files;
}

int run(const AttentionArguments& arguments) {
  const AttentionPlan plan = plan_of(arguments);
  AnalyzeJob job(arguments, [&](const fs::path&, const auto& all) { return files_of(all, plan); });
  Progress progress(job.images().size(), job.progress_style());
  const Json facts = job.facts();
  Json images = Json::array();
  std::vector<fs::path> written;
  for (const ListedImage& listed : job.images()) {
    progress.begin(listed.short_name());
    const Image image = job.read(listed);
    const auto maps = job.segmenter().attention_maps(image, arguments.short_side);
    Json view = view_of(listed, maps);
    Json names = Json::object();
    for (const auto& [kind, path] : save(job, listed, plan, image, maps, facts, view)) {
      names[kind] = path.string();
      written.push_back(path);
    }
    view["files"] = std::move(names);
    images.push_back(std::move(view));
    progress.end();
  }
  progress.clear();
  Json document = facts;
  document["images"] = std::move(images);
  job.report(document, written);
  return 0;
}

}  // namespace

Command add_analyze_attention(CLI::App& analyze) {
  const auto arguments = std::make_shared<AttentionArguments>();
  CLI::App* parser =
      analyze.add_subcommand("attention", "Maps of relationship attention, a row a class, a column a layer")
          ->group("Kinds");
  arguments->add_to(*parser);
  add_view_option(*parser, arguments->short_side);
  parser
      ->add_option("--save", arguments->save,
                   "what each image gets, between commas: sheet (STEM.attention.png), npy "
                   "(STEM.attention.npy, [layer, class, row, column], float32), json (STEM.attention.json, "
                   "the same numbers as text) [default: sheet]")
      ->option_text("LIST")
      ->group("Output");
  suggest_words(*parser->get_option("--save"), {"sheet", "npy", "json"});
  parser->footer(kFooter);
  return {parser, [arguments] { return run(*arguments); }};
}

}  // namespace relprompt::cli
