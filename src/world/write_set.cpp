#include "world/write_set.h"

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/atomic_file.h"
#include "base/own_files.h"
#include "image/image_files.h"
#include "image/label_files.h"
#include "text/class_line.h"
#include "world/caption.h"
#include "world/names.h"
#include "world/parallel.h"
#include "world/scene.h"

namespace relprompt::world {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCaptions = "captions.jsonl";
constexpr const char* kUnseen = "unseen.txt";
constexpr const char* kReadMe = "README.txt";
constexpr const char* kClassesFile = "classes.txt";  // kClasses is their number

/// "train/00001.png".
std::string file_of(const SetRecipe& recipe, std::uint64_t index) {
  if (index < recipe.train) return fmt::format("train/{:05}.png", index + 1);
  return fmt::format("val/{:05}.png", index - recipe.train + 1);
}

/// Anybody else's file is neither kept as a scene nor replaced.
bool is_there(const fs::path& file) {
  const auto standing = standing_of(file);
  if (standing == Standing::kForeign) refuse_foreign(file);
  return standing == Standing::kOwn;
}

/// Writes what is missing of one scene; true if that was anything.
bool write_scene(const fs::path& folder, const std::string& file, const Scene& scene) {
  const fs::path image = folder / "images" / file, mask = folder / "masks" / file;
  const bool has_image = is_there(image), has_mask = is_there(mask);
  if (!has_image) image::write_png(image, scene.image);
  if (!has_mask) image::write_labels_png(mask, scene.labels, kClasses);
  return !has_image || !has_mask;
}

std::string caption_line(const std::string& file, const Caption& caption) {
  nlohmann::ordered_json line = {{"file", "images/" + file}, {"caption", caption.text}};
  line["classes"] = nlohmann::ordered_json::array();
  for (const std::uint16_t label : caption.labels) line["classes"].push_back(title_of(label));
  return line.dump() + "\n";
}

std::vector<std::string> unseen_titles(const ClassList& classes) {
  std::vector<std::string> titles;
  for (std::size_t label = 0; label < classes.seen.size(); ++label)
    if (!classes.seen[label]) titles.push_back(classes.title(label));
  return titles;
}

/// As a class list is read: names in quotes where they need them.
std::string lines_of(const std::vector<std::string>& titles) {
  std::string lines;
  for (const std::string& title : titles) lines += text::class_line({title}) + "\n";
  return lines;
}

std::string read_me(const SetRecipe& recipe, const std::vector<std::string>& unseen) {
  std::string sections;
  const auto add = [&](const char* section, const char* split, std::uint64_t scenes) {
    if (scenes > 0) sections += fmt::format("    {}:\n      kind: folder\n      split: {}\n", section, split);
  };
  add("train", "train", recipe.train);
  add("test", "val", recipe.val);
  return fmt::format(
      "Scenes of relprompt's synthetic world, made by `relprompt world`; world.json is the recipe.\n"
      "\n"
      "images/SPLIT/NAME.png   images\n"
      "masks/SPLIT/NAME.png    grey value = line of classes.txt, from 0; every pixel has a class\n"
      "captions.jsonl          one true sentence an image, with the classes it names\n"
      "unseen.txt              classes that the split '{}' keeps unseen\n"
      "\n"
      "In a config of `relprompt train`, with --data naming this folder:\n"
      "\n"
      "  data:\n"
      "{}"
      "    unseen: [{}]\n",
      recipe.split, sections, fmt::join(unseen, ", "));
}

void write_lists(const fs::path& folder, const SetRecipe& recipe, const std::vector<std::string>& captions) {
  const ClassList classes = class_list(recipe.split);
  const std::vector<std::string> unseen = unseen_titles(classes);
  std::vector<std::string> titles;
  for (std::size_t label = 0; label < classes.size(); ++label) titles.push_back(classes.title(label));
  write_file(folder / kCaptions, fmt::format("{}", fmt::join(captions, "")));
  write_file(folder / kUnseen, lines_of(unseen));
  write_file(folder / kReadMe, read_me(recipe, unseen));
  write_file(folder / kClassesFile, lines_of(titles));
}

}  // namespace

WrittenSet write_set(const fs::path& folder, const SetRecipe& recipe, int threads,
                     const SetProgress& progress, bool replace) {
  check(recipe);
  require_threads(threads);
  claim_folder(folder, recipe, replace);
  require_free({folder / kCaptions, folder / kUnseen, folder / kReadMe, folder / kClassesFile}, true);
  const std::uint64_t scenes = recipe.train + recipe.val;
  std::vector<std::string> captions(static_cast<std::size_t>(scenes));
  WrittenSet so_far;
  std::mutex mutex;
  bool stopped = false;
  for_each_index(0, scenes, threads, [&](std::uint64_t index) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (stopped) return;
    }
    const Scene scene = make_scene(recipe.seed, index, recipe.options);
    const std::string file = file_of(recipe, index);
    captions[static_cast<std::size_t>(index)] = caption_line(file, caption(scene, index));
    const bool made = write_scene(folder, file, scene);
    const std::lock_guard<std::mutex> lock(mutex);
    ++(made ? so_far.made : so_far.kept);
    if (progress && !progress(so_far)) stopped = true;
  });
  if (so_far.made + so_far.kept < scenes) return so_far;
  write_lists(folder, recipe, captions);
  so_far.complete = true;
  return so_far;
}

}  // namespace relprompt::world
