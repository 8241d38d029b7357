#include "world/moving_scene.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "world/circle.h"
#include "world/draw.h"
#include "world/ground.h"
#include "world/paint.h"

namespace relprompt::world {
namespace {

constexpr std::uint64_t kTurnFrames = 40;
constexpr int kUnit = 256;  // of a pixel
constexpr int kRim = 320;   // in 1 / 256 pixel, as that of objects that stand still
constexpr double kFastest = 16;

/// Where something is after a way along a line of `length` whose ends turn it round.
std::int64_t folded(std::int64_t way, std::int64_t length) {
  if (length <= 0) return 0;
  const std::int64_t lap = ((way % (2 * length)) + 2 * length) % (2 * length);
  return lap <= length ? lap : 2 * length - lap;
}

int random_radius(int size, Draw& draw) {
  return draw.between(std::max(10, size / 8), std::max(std::min(18, size / 3), size * 21 / 96));
}

void check_share(const char* name, double value, double most) {
  if (value >= 0 && value <= most) return;
  throw Error(ErrorCode::kBadArgument, fmt::format("{}: expected 0 to {}, found {}", name, most, value));
}

}  // namespace

void check(const MotionOptions& options) {
  check(options.scene);
  check_share("speed", options.speed, kFastest);
  check_share("still", options.still, 100);
}

MovingScene::MovingScene(std::uint64_t seed, const MotionOptions& options) : seed_(seed), options_(options) {
  check(options);
  const int size = options.scene.size;
  Draw draw = Draw::of(seed, 0x6d6f76696e67);  // another stream than any still scene's
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  empty_.labels = {size, size, std::vector<std::uint16_t>(pixels)};
  empty_.image = {size, size, std::vector<std::uint8_t>(3 * pixels)};
  const int first = draw.below(kGrounds), second = (first + draw.between(1, kGrounds - 1)) % kGrounds;
  lay_grounds(ground_label(static_cast<Ground>(first)), ground_label(static_cast<Ground>(second)),
              draw.chance(options.scene.two_grounds), empty_.labels, draw);
  for (const int ground : {first, second})
    paint_ground(static_cast<Ground>(ground), empty_.labels, empty_.image, draw);
  light_ = random_light(draw);
  const int count = draw.between(options.scene.min_objects, options.scene.max_objects);
  while (static_cast<int>(objects_.size()) < count) {
    const auto label = static_cast<std::uint16_t>(draw.below(kObjectClasses));
    const bool taken =
        std::any_of(objects_.begin(), objects_.end(), [&](const Object& o) { return o.label == label; });
    if (!taken) objects_.push_back(draw_object(label, draw));
  }
}

MovingScene::Object MovingScene::draw_object(std::uint16_t label, Draw& draw) const {
  const int size = options_.scene.size;
  Object object;
  object.label = label;
  object.radius = random_radius(size, draw);
  object.outline = random_outline(object.radius, draw);
  const int middle = object.radius + 1, side = 2 * object.radius + 3;
  object.look = {
      side, side,
      std::vector<std::uint8_t>(3 * static_cast<std::size_t>(side) * static_cast<std::size_t>(side))};
  const Paint paint(label / kPatterns, static_cast<Pattern>(label % kPatterns), draw);
  paint.fill_rim(spans_of(object.outline, middle, middle, side), object.look);
  paint.fill(spans_of(shrunk(object.outline, kRim), middle, middle, side), middle, middle, object.radius,
             cosine(light_.from), sine(light_.from), object.look);
  const int room = (size - 2 * (object.radius * 3 / 4)) * kUnit;
  object.x = draw.below(std::max(1, room));
  object.y = draw.below(std::max(1, room));
  const int angle = draw.below(kTurn), percent = draw.between(50, 100);
  const auto speed = static_cast<int>(std::lround(options_.speed * kUnit)) * percent / 100;
  object.speed_x = speed * cosine(angle) / kOne;
  object.speed_y = speed * sine(angle) / kOne;
  return object;
}

std::uint64_t MovingScene::moved(std::uint64_t number) const {
  const auto moving = kTurnFrames * static_cast<std::uint64_t>(100 - options_.still) / 100;
  return number / kTurnFrames * moving + std::min(number % kTurnFrames, moving);
}

MovingScene::Frame MovingScene::frame(std::uint64_t number) const {
  Frame frame = empty_;
  const int size = options_.scene.size;
  const auto way = static_cast<std::int64_t>(moved(number));
  const int shadow = 1 + size / 64;
  for (const Object& object : objects_) {
    const int margin = object.radius * 3 / 4;
    const std::int64_t room = std::int64_t{size - 2 * margin} * kUnit;
    const int x = margin + static_cast<int>(folded(object.x + way * object.speed_x, room) / kUnit);
    const int y = margin + static_cast<int>(folded(object.y + way * object.speed_y, room) / kUnit);
    const auto spans = spans_of(object.outline, x, y, size);
    cast_shadow(spans, -shadow * cosine(light_.from) / (kOne * 3 / 4),
                -shadow * sine(light_.from) / (kOne * 3 / 4), frame.image);
    for (const Span& span : spans) {
      const auto row = static_cast<std::ptrdiff_t>(span.y) * size;
      std::fill(frame.labels.labels.begin() + row + span.left, frame.labels.labels.begin() + row + span.right,
                object.label);
      const std::ptrdiff_t from = std::ptrdiff_t{span.y - y + object.radius + 1} * object.look.width +
                                  (span.left - x + object.radius + 1);
      std::copy_n(object.look.rgb.begin() + 3 * from, 3 * (span.right - span.left),
                  frame.image.rgb.begin() + 3 * (row + span.left));
    }
  }
  Draw noise = Draw::of(seed_ ^ 0x6e6f697365, options_.scene.noise > 0 ? number : 0);
  expose(light_, options_.scene.noise, frame.image, noise);
  return frame;
}

}  // namespace relprompt::world
