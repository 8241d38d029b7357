// What the optional library librelprompt-video offers: decoding and encoding through FFmpeg's libraries, and
// optical flow through OpenCV. Both sides come from one build; the version in the table refuses any other
// pair. No exception but std::bad_alloc passes it: functions that fail say why in `problem`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/video.h"

#include "video/source.h"

namespace relprompt::video {

enum class Encoding {
  kLabels,  ///< FFV1 of 8 or 16 bits of grey: numbers come back as they were
  kColors,  ///< FFV1 of RGB: pixels come back as they were
  kPicture  ///< for people: H.264 where an encoder is there, else MPEG-4
};

/// Pixels of a frame to encode: RGB, or labels of 1 or 2 bytes.
struct Pixels {
  int height = 0, width = 0;
  const void* data = nullptr;
  int bytes = 3;  ///< a pixel
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  /// time in microseconds, growing. False with a problem.
  virtual bool add(const Pixels& pixels, std::int64_t time, std::string& problem) = 0;
  /// The whole file (Matroska).
  virtual bool finish(std::string& file, std::string& problem) = 0;
};

/// Label maps of a file that Encoding::kLabels made; values as they are stored.
class LabelReader {
 public:
  virtual ~LabelReader() = default;
  /// False at the end, or with a problem.
  virtual bool next(LabelMap& labels, std::string& problem) = 0;
};

/// Receives a file in pieces; a piece may replace an earlier one. False stops.
using WritePiece = std::function<bool(std::uint64_t offset, const std::uint8_t* data, std::size_t size)>;

struct OpenOptions {
  bool camera = false;           ///< the name is of a device
  std::uint64_t max_pixels = 0;  ///< of a frame
};

struct AvTable {
  const char* version;  ///< RELPROMPT_VERSION of its build
  std::unique_ptr<Source> (*open)(const std::string& name, const OpenOptions& options, std::string& problem);
  std::unique_ptr<Encoder> (*encode)(Encoding encoding, int height, int width, int bytes, double fps,
                                     std::string& problem);
  std::unique_ptr<LabelReader> (*read_labels)(const std::filesystem::path& file, std::string& problem);
  /// Joins files of one encoding and size without decoding them, times as they are.
  bool (*join)(const std::vector<std::filesystem::path>& parts, const WritePiece& write,
               std::string& problem);
  /// DIS optical flow between two frames of one size, both ways.
  bool (*flow)(const Image& before, const Image& now, Motion& motion, std::string& problem);
};

/// The name under which the library exports `const AvTable* f()`.
constexpr const char* kAvSymbol = "relprompt_video";

}  // namespace relprompt::video
