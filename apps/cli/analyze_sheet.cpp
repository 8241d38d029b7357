// relprompt analyze sheet: image, truth, this model and another one side by side (paper, figure 11).
#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "analysis/sheet.h"
#include "analyze.h"
#include "analyze_options.h"
#include "data/order.h"
#include "image/resize.h"
#include "numbers.h"
#include "options_protocol.h"
#include "terminal.h"
#include "truth_files.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFooter =
    "Writes sheet.png. The models label each image as `relprompt segment` does, sliding windows included.\n"
    "\n"
    "Examples:\n"
    "  relprompt analyze sheet examples/scene.png -m models/demo -c \"red square, blue circle\" -o out\n"
    "  relprompt analyze sheet street.jpg -m rpn-voc --baseline clip -c \"road, sky, car\" -o out\n"
    "  relprompt analyze sheet scenes/images/val -m models/demo --truth scenes/masks/val --baseline clip \\\n"
    "    --class-file scenes/classes.txt --most 8 -o out";

constexpr const char* kFile = "sheet.png";

struct SheetArguments : AnalyzeArguments {
  ProtocolArguments protocol;
  std::string truth, baseline;
  bool truth_from_one = false;
  int most = 12, row_height = 220;
  float alpha = 0.7f;
};

/// One model with its heading and its own protocol.
struct Contestant {
  std::string name;
  Segmenter* segmenter;
  SegmentOptions protocol;
};

/// Images of many megapixels are kept no larger than a sheet can show.
class Shrink {
 public:
  Shrink(const Image& listed, int row_height) {
    const int longest = std::max(listed.height, listed.width), most = 4 * row_height;
    if (longest <= most) return;
    const auto side = [&](int pixels) {
      return std::max(1, static_cast<int>(static_cast<std::int64_t>(pixels) * most / longest));
    };
    size_ = {side(listed.height), side(listed.width)};
  }

  Image operator()(const Image& listed) const {
    return size_.height == 0 ? listed : image::resize(listed, size_.height, size_.width);
  }
  LabelMap operator()(const LabelMap& map) const {
    if (size_.height == 0) return map;
    LabelMap small = {size_.height, size_.width, {}};
    const auto from = [](int i, int size, int stored) {
      return static_cast<std::size_t>((2LL * i + 1) * stored / (2LL * size));
    };
    for (int y = 0; y < small.height; ++y) {
      const auto* row =
          map.labels.data() + from(y, small.height, map.height) * static_cast<std::size_t>(map.width);
      for (int x = 0; x < small.width; ++x) small.labels.push_back(row[from(x, small.width, map.width)]);
    }
    return small;
  }

 private:
  image::Size size_;
};

class SheetRun {
 public:
  explicit SheetRun(const SheetArguments& arguments)
      : arguments_(arguments),
        job_(arguments, [](const fs::path& output, const auto&) { return std::vector{output / kFile}; }),
        options_(arguments.protocol.resolve(job_.classes())) {
    contestants_.push_back({"ours", &job_.segmenter(), job_.segmenter().resolve(options_)});
    if (arguments.baseline.empty()) return;
    const bool clip = arguments.baseline == "clip";
    baseline_.emplace(job_.open(clip ? arguments.model.model : arguments.baseline, clip));
    contestants_.push_back(
        {clip ? "CLIP, training-free" : "baseline", &*baseline_, baseline_->resolve(options_)});
  }

  int run() {
    const auto chosen = data::spread_indices(job_.images().size(), static_cast<std::size_t>(arguments_.most));
    analysis::Sheet sheet;
    sheet.columns = {"image"};
    sheet.has_truth = !arguments_.truth.empty();
    if (sheet.has_truth) sheet.columns.emplace_back("truth");
    for (const auto& one : contestants_) sheet.columns.push_back(one.name);
    Progress progress(chosen.size(), job_.progress_style());
    Json images = Json::array();
    for (const auto index : chosen) {
      const ListedImage& listed = job_.images()[index];
      progress.begin(listed.short_name());
      sheet.rows.push_back(row_of(listed));
      images.push_back(listed.input);
      progress.end();
    }
    progress.clear();
    return write(sheet, images);
  }

 private:
  analysis::SheetRow row_of(const ListedImage& listed) {
    const Image image = job_.read(listed);
    const Shrink shrink(image, arguments_.row_height);
    analysis::SheetRow row = {listed.short_name(), shrink(image), {}};
    if (!arguments_.truth.empty()) {
      const auto file = truth_file(arguments_.truth, listed.path);
      row.maps.push_back(shrink(read_truth(file, image, job_.classes().size(), arguments_.truth_from_one)));
    }
    for (const auto& one : contestants_) {
      row.maps.push_back(shrink(one.segmenter->segment(image, one.protocol).labels));
    }
    return row;
  }

  int write(const analysis::Sheet& sheet, const Json& images) {
    const fs::path file = job_.output() / kFile;
    analysis::SheetOptions look;
    look.row_height = arguments_.row_height;
    look.alpha = arguments_.alpha;
    write_image(file, analysis::draw_sheet(sheet, job_.classes(), look));
    Json document = job_.facts();
    document["columns"] = sheet.columns;
    if (baseline_) {
      document["baseline"] = {{"path", arguments_.baseline},
                              {"sha256", baseline_->model_hash()},
                              {"variant", baseline_->variant()}};
    }
    document["images"] = images;
    document["files"] = {{"sheet", file.string()}};
    job_.report(document, {file});
    const auto left_out = job_.images().size() - sheet.rows.size();
    if (left_out > 0 && !arguments_.quiet) {
      print_note(fmt::format("{} of {} are shown, spread over them; --most shows more", sheet.rows.size(),
                             counted(job_.images().size(), "image")));
    }
    return 0;
  }

  const SheetArguments& arguments_;
  AnalyzeJob job_;
  SegmentOptions options_;
  std::optional<Segmenter> baseline_;
  std::vector<Contestant> contestants_;
};

void add_options(CLI::App& parser, SheetArguments& arguments) {
  const std::string group = "Sheet";
  parser
      .add_option("--truth", arguments.truth,
                  "label files: a folder with STEM.png for each image, or the file of the one image; grey or "
                  "palette values are labels, 255 (of 16 bits: 65535) is nothing")
      ->option_text("PATH")
      ->group(group);
  parser
      .add_flag("--truth-from-one", arguments.truth_from_one,
                "labels of --truth count classes from 1 and 0 is nothing, as in VOC-20 and ADE-150")
      ->group(group);
  parser
      .add_option("--baseline", arguments.baseline,
                  "another model in the last column; clip: this model's CLIP alone, training-free")
      ->option_text("MODEL")
      ->group(group);
  parser.add_option("--most", arguments.most, "images shown, spread over those that are given [default: 12]")
      ->option_text("N")
      ->check(in_range(1, 1000))
      ->group(group);
  parser.add_option("--row-height", arguments.row_height, "pixels of an image [default: 220]")
      ->option_text("N")
      ->check(in_range(16, 4096))
      ->group(group);
  parser
      .add_option("--alpha", arguments.alpha, "weight of the colours over the image, 0 to 1 [default: 0.7]")
      ->option_text("A")
      ->check(in_range(0, 1))
      ->group(group);
}

}  // namespace

Command add_analyze_sheet(CLI::App& analyze) {
  const auto arguments = std::make_shared<SheetArguments>();
  CLI::App* parser =
      analyze.add_subcommand("sheet", "Image, truth, this model and a baseline side by side")->group("Kinds");
  arguments->add_to(*parser);
  arguments->protocol.add_to(*parser);
  add_options(*parser, *arguments);
  parser->footer(kFooter);
  return {parser, [arguments] { return SheetRun(*arguments).run(); }};
}

}  // namespace relprompt::cli
