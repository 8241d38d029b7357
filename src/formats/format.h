// The one interface of everything that results are saved as. A format is a row of a table: what it makes of
// one image, what it keeps of an image for the files of a whole run, and how those files grow.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "relprompt/output.h"

#include "formats/byte_sink.h"

namespace relprompt::formats {

/// One image with what is known about it.
struct Subject {
  const ImageResult& result;
  const ClassList& classes;
  const OutputOptions& options;

  const LabelMap& map() const { return result.labels; }
  std::string title(std::uint16_t label) const { return classes.title(label); }
};

/// A file of a run while it grows.
class RunFileMaker {
 public:
  virtual ~RunFileMaker() = default;
  /// The part of the next image.
  virtual void add(std::string_view part) = 0;
  virtual void finish() = 0;
};

struct RunFileRow {
  const char* name;
  std::unique_ptr<RunFileMaker> (*begin)(ByteSink& sink, const ClassList& classes);
};

struct FormatRow {
  const char* name;
  const char* about;
  const char* ending;                        ///< of each image's file; nullptr: none
  void (*image)(const Subject&, ByteSink&);  ///< makes that file; nullptr with an ending: made elsewhere
  void (*part)(const Subject&, ByteSink&);   ///< for the run's files; nullptr: they need nothing of an image
  std::vector<RunFileRow> run_files;
  bool polygons = false;  ///< OutputOptions::simplify and min_polygon apply
};

/// All formats, in the order of listings.
const std::vector<FormatRow>& format_table();

/// Throws Error(kBadArgument) that lists the names.
const FormatRow& find_format(std::string_view name);

/// Throws Error as encode_image_file does (relprompt/output.h).
void check(const Subject& subject);
void check(const OutputOptions& options);

}  // namespace relprompt::formats
