// The formats of relprompt/output.h in memory, over src/formats.
#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "api/errors.h"
#include "formats/byte_sink.h"
#include "formats/format.h"
#include "formats/zip_writer.h"

namespace relprompt {
namespace {

OutputFormat described(const formats::FormatRow& row) {
  OutputFormat format;
  format.name = row.name;
  format.about = row.about;
  format.polygons = row.polygons;
  format.run_parts = row.part != nullptr;
  if (row.ending != nullptr) format.image_file = row.ending;
  for (const auto& file : row.run_files) format.run_files.emplace_back(file.name);
  return format;
}

std::string image_bytes(const formats::FormatRow& row, const formats::Subject& subject) {
  if (row.ending == nullptr) return {};
  if (row.image == nullptr) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{} are written while they are computed", row.name),
                "ScoreFile writes them");
  }
  return row.image(subject);
}

std::string part_bytes(const formats::FormatRow& row, const formats::Subject& subject) {
  return row.part == nullptr ? std::string() : row.part(subject);
}

}  // namespace

const std::vector<OutputFormat>& output_formats() {
  static const std::vector<OutputFormat> all = [] {
    std::vector<OutputFormat> result;
    for (const auto& row : formats::format_table()) result.push_back(described(row));
    return result;
  }();
  return all;
}

const OutputFormat& output_format(std::string_view name) {
  const auto& row = formats::find_format(name);
  return output_formats()[static_cast<std::size_t>(&row - formats::format_table().data())];
}

std::string encode_image_file(std::string_view format, const ImageResult& result, const ClassList& classes,
                              const OutputOptions& options) {
  return api::guarded([&] {
    const auto& row = formats::find_format(format);
    const formats::Subject subject{result, classes, options};
    formats::check(subject);
    return image_bytes(row, subject);
  });
}

std::string encode_run_part(std::string_view format, const ImageResult& result, const ClassList& classes,
                            const OutputOptions& options) {
  return api::guarded([&] {
    const auto& row = formats::find_format(format);
    const formats::Subject subject{result, classes, options};
    formats::check(subject);
    return part_bytes(row, subject);
  });
}

std::vector<OutputFile> encode_output(std::string_view format, const ImageResult& result,
                                      const ClassList& classes, const OutputOptions& options) {
  return api::guarded([&] {
    const auto& row = formats::find_format(format);
    const formats::Subject subject{result, classes, options};
    formats::check(subject);
    std::vector<OutputFile> files;
    if (row.ending != nullptr) files.push_back({result.stem + row.ending, image_bytes(row, subject)});
    const std::string part = part_bytes(row, subject);
    for (const auto& file : row.run_files) {
      formats::MemorySink sink;
      const auto maker = file.begin(sink, classes);
      maker->add(part);
      maker->finish();
      files.push_back({file.name, sink.take()});
    }
    return files;
  });
}

std::string zip_archive(const std::vector<OutputFile>& files) {
  return api::guarded([&] {
    formats::MemorySink sink;
    formats::ZipWriter zip(sink);
    for (const auto& file : files) zip.add(file.name, file.bytes);
    zip.finish();
    return sink.take();
  });
}

}  // namespace relprompt
