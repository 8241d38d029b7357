#include "world/write_moving.h"

#include <string>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "image/image_files.h"
#include "image/label_files.h"
#include "text/class_line.h"
#include "world/names.h"

namespace relprompt::world {

std::uint64_t write_moving(const std::filesystem::path& folder, std::uint64_t seed,
                           const MotionOptions& options, std::uint64_t frames,
                           const FrameProgress& progress) {
  const MovingScene scene(seed, options);
  for (std::uint64_t number = 0; number < frames; ++number) {
    const auto frame = scene.frame(number);
    const std::string name = fmt::format("{:06}.png", number + 1);
    image::write_png(folder / "frames" / name, frame.image);
    image::write_labels_png(folder / "truth" / name, frame.labels, kClasses);
    if (progress && !progress(number + 1)) return number + 1;
  }
  std::string lines;
  for (std::uint16_t label = 0; label < kClasses; ++label)
    lines += text::class_line({title_of(label)}) + "\n";
  write_file(folder / "classes.txt", lines);
  return frames;
}

}  // namespace relprompt::world
