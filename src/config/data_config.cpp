#include "config/data_config.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/nearest_name.h"
#include "image/sample_levels.h"

namespace relprompt::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostPixels = 0x7FFFFFFF, kMostBands = 65535;

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const data::DatasetKind& kind : data::dataset_kinds()) names.push_back(kind.name);
  return names;
}

data::DatasetSpec read_spec(JsonFields fields, const std::string& usual_split) {
  data::DatasetSpec spec;
  fields.require("kind");
  const auto kinds = kind_names();
  spec.kind = kinds[fields.choice("kind", 0, kinds)];
  spec.root = fields.text("root", "");
  spec.split = fields.text("split", usual_split);
  spec.images = fields.text("images", "");
  spec.masks = fields.text("masks", "");
  spec.list = fields.text("list", "");
  spec.classes = fields.text("classes", "");
  const std::vector<std::string> encodings = {"", "train_ids", "raw"};
  spec.encoding = encodings[fields.choice("encoding", 0, encodings)];
  spec.max_pixels = static_cast<std::uint64_t>(
      fields.integer("max_pixels", static_cast<std::int64_t>(spec.max_pixels), 1, kMostPixels));
  for (const std::int64_t band : fields.integers("bands", 1, kMostBands))
    spec.bands.push_back(static_cast<int>(band));
  if (fields.has("range")) {
    const auto ends = fields.numbers("range", {0, 255}, 2);
    spec.range = SampleRange{ends[0], ends[1]};
  }
  image::check_options(spec.decoding());
  fields.finish();
  return spec;
}

Json spec_json(const std::optional<data::DatasetSpec>& spec) {
  if (!spec) return nullptr;
  Json json = {{"kind", spec->kind},
               {"root", spec->root.string()},
               {"split", spec->split},
               {"images", spec->images.string()},
               {"masks", spec->masks.string()},
               {"list", spec->list.string()},
               {"classes", spec->classes.string()},
               {"encoding", spec->encoding},
               {"max_pixels", spec->max_pixels}};
  // Only where they are set, so that runs from before these keys keep their identity.
  if (!spec->bands.empty()) json["bands"] = spec->bands;
  if (spec->range) json["range"] = {spec->range->min, spec->range->max};
  return json;
}

}  // namespace

DataConfig read_data(JsonFields fields) {
  DataConfig data;
  const bool has_train = fields.has("train"), has_test = fields.has("test");
  JsonFields train = fields.object("train"), test = fields.object("test");
  if (has_train) data.train = read_spec(train, "train");
  if (has_test) data.test = read_spec(test, "val");
  data.held_out = fields.number("held_out", data.held_out, 0, 0.5);
  data.train_samples = static_cast<std::size_t>(fields.integer("train_samples", 0, 0, INT64_MAX));
  const bool has_unseen = fields.has("unseen");
  auto unseen = fields.texts("unseen");
  if (has_unseen) data.unseen = std::move(unseen);
  fields.finish();
  return data;
}

Json to_json(const DataConfig& data) {
  return {{"train", spec_json(data.train)},
          {"test", spec_json(data.test)},
          {"held_out", data.held_out},
          {"train_samples", data.train_samples},
          {"unseen", data.unseen ? Json(*data.unseen) : Json()}};
}

std::size_t label_called(const std::string& name, const ClassList& classes, const std::string& what) {
  std::vector<std::string> titles;
  for (std::size_t label = 0; label < classes.size(); ++label) titles.push_back(classes.title(label));
  const auto found = std::find(titles.begin(), titles.end(), name);
  if (found != titles.end()) return static_cast<std::size_t>(found - titles.begin());
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto& names = classes.names[label];
    if (classes.background != label && std::find(names.begin(), names.end(), name) != names.end())
      return label;
  }
  throw Error(ErrorCode::kBadClassList,
              fmt::format("{}: the data set has no class \"{}\"{}", what, name, suggestion(name, titles)));
}

ClassList with_split(const ClassList& classes, const DataConfig& data) {
  if (!data.unseen) return classes;
  ClassList split = classes;
  split.seen.clear();
  if (data.unseen->empty()) return split;
  split.seen.assign(classes.size(), true);
  for (const std::string& title : *data.unseen) {
    const std::size_t label = label_called(title, classes, "data 'unseen'");
    if (!split.seen[label]) {
      throw Error(ErrorCode::kBadClassList, fmt::format("data 'unseen': \"{}\" occurs twice", title));
    }
    split.seen[label] = false;
  }
  if (std::find(split.seen.begin(), split.seen.end(), true) == split.seen.end()) {
    throw Error(ErrorCode::kBadClassList, "data 'unseen' names all classes; some must stay seen");
  }
  return split;
}

}  // namespace relprompt::config
