#include "world/scene.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "world/circle.h"
#include "world/draw.h"
#include "world/ground.h"
#include "world/light.h"
#include "world/paint.h"
#include "world/placement.h"

namespace relprompt::world {
namespace {

using Counts = std::array<int, kClasses>;

Counts count_labels(const LabelMap& labels) {
  Counts counts{};
  for (const std::uint16_t label : labels.labels) ++counts[label];
  return counts;
}

void mark(const std::vector<Span>& spans, std::uint16_t label, LabelMap& labels) {
  for (const Span& span : spans) {
    const auto row = labels.labels.begin() + std::ptrdiff_t{span.y} * labels.width;
    std::fill(row + span.left, row + span.right, label);
  }
}

/// Labels of different classes, one an object.
std::vector<std::uint16_t> draw_labels(std::size_t count, Draw& draw) {
  std::vector<std::uint16_t> labels;
  while (labels.size() < count) {
    const auto label = static_cast<std::uint16_t>(draw.below(kObjectClasses));
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  return labels;
}

void paint_object(const Placed& object, std::uint16_t label, const Light& light, Image& image, Draw& draw) {
  const Paint paint(label / kPatterns, static_cast<Pattern>(label % kPatterns), draw);
  const int light_x = cosine(light.from), light_y = sine(light.from);
  const int reach = 1 + image.width / 64;  // of the shadow
  cast_shadow(object.spans, -reach * light_x / (kOne * 3 / 4), -reach * light_y / (kOne * 3 / 4), image);
  paint.fill_rim(object.spans, image);
  paint.fill(object.core, object.x, object.y, object.radius, light_x, light_y, image);
}

struct Grounds {
  Ground first, second;
  bool two;
};

Grounds draw_grounds(const Options& options, Draw& draw) {
  const int first = draw.below(kGrounds), second = (first + draw.between(1, kGrounds - 1)) % kGrounds;
  return {static_cast<Ground>(first), static_cast<Ground>(second), draw.chance(options.two_grounds)};
}

void lay(const Grounds& grounds, LabelMap& labels, Draw& draw) {
  lay_grounds(ground_label(grounds.first), ground_label(grounds.second), grounds.two, labels, draw);
}

/// True if all objects and backgrounds are seen as the header promises.
bool is_sound(const Scene& scene) {
  for (const Region& ground : scene.grounds)
    if (ground.visible * 32 < scene.labels.width * scene.labels.height) return false;
  return true;
}

/// Labels and regions; the image is still empty. Returns where the objects lie.
std::vector<Placed> compose(const Options& options, const Grounds& grounds, Scene& scene, Draw& draw) {
  scene.objects.clear();
  scene.grounds.clear();
  lay(grounds, scene.labels, draw);
  const Counts bare = count_labels(scene.labels);
  std::vector<Placed> placed =
      place_objects(draw.between(options.min_objects, options.max_objects), options.size, draw);
  const std::vector<std::uint16_t> labels = draw_labels(placed.size(), draw);
  for (std::size_t at = 0; at < placed.size(); ++at) mark(placed[at].spans, labels[at], scene.labels);
  const Counts counts = count_labels(scene.labels);
  for (std::size_t at = 0; at < placed.size(); ++at)
    scene.objects.push_back({labels[at], counts[labels[at]], placed[at].area});
  for (std::uint16_t label = kObjectClasses; label < kClasses; ++label)
    if (bare[label] > 0) scene.grounds.push_back({label, counts[label], bare[label]});
  return placed;
}

}  // namespace

Scene make_scene(std::uint64_t seed, std::uint64_t index, const Options& options) {
  check(options);
  Draw draw = Draw::of(seed, index);
  const auto pixels = static_cast<std::size_t>(options.size) * static_cast<std::size_t>(options.size);
  Scene scene;
  scene.labels = {options.size, options.size, std::vector<std::uint16_t>(pixels)};
  scene.image = {options.size, options.size, std::vector<std::uint8_t>(3 * pixels)};
  Grounds grounds = draw_grounds(options, draw);
  std::vector<Placed> placed = compose(options, grounds, scene, draw);
  for (int attempt = 0; !is_sound(scene); ++attempt) {
    // Rare: objects hide nearly all of a background. After some tries one background remains.
    if (attempt == 8) grounds.two = false;
    placed = compose(options, grounds, scene, draw);
  }
  const Light light = random_light(draw);
  for (const Region& region : scene.grounds)
    paint_ground(static_cast<Ground>(region.label - kObjectClasses), scene.labels, scene.image, draw);
  for (std::size_t at = 0; at < placed.size(); ++at)
    paint_object(placed[at], scene.objects[at].label, light, scene.image, draw);
  expose(light, options.noise, scene.image, draw);
  return scene;
}

}  // namespace relprompt::world
