// The formats of relprompt/output.h in memory, over src/formats.
#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "api/errors.h"
#include "base/atomic_file.h"
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

using formats::ByteSink;
using formats::FormatRow;
using formats::MemorySink;
using formats::Subject;

void write_image(const FormatRow& row, const Subject& subject, ByteSink& sink) {
  if (row.ending == nullptr) return;
  if (row.image == nullptr) {
    throw Error(ErrorCode::kBadArgument, fmt::format("{} are written while they are computed", row.name),
                "ScoreFile writes them");
  }
  row.image(subject, sink);
}

void write_part(const FormatRow& row, const Subject& subject, ByteSink& sink) {
  if (row.part != nullptr) row.part(subject, sink);
}

using Write = void (*)(const FormatRow&, const Subject&, ByteSink&);

std::string in_memory(Write write, const FormatRow& row, const Subject& subject) {
  MemorySink sink;
  write(row, subject, sink);
  return sink.take();
}

/// Straight to the disk: the text of masks may be far larger than they are.
void on_disk(Write write, const std::filesystem::path& path, const FormatRow& row, const Subject& subject) {
  AtomicFile file(path);
  formats::FileSink sink(file);
  write(row, subject, sink);
  file.commit();
}

[[noreturn]] void refuse(const FormatRow& row, const char* what) {
  throw Error(ErrorCode::kBadArgument, fmt::format("the format {} has no {}", row.name, what));
}

/// f(row, subject) with both checked.
template <typename F>
auto with_subject(std::string_view format, const ImageResult& result, const ClassList& classes,
                  const OutputOptions& options, F f) {
  return api::guarded([&] {
    const auto& row = formats::find_format(format);
    const Subject subject{result, classes, options};
    formats::check(subject);
    return f(row, subject);
  });
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
  return with_subject(format, result, classes, options, [](const auto& row, const auto& subject) {
    return in_memory(write_image, row, subject);
  });
}

std::string encode_run_part(std::string_view format, const ImageResult& result, const ClassList& classes,
                            const OutputOptions& options) {
  return with_subject(format, result, classes, options, [](const auto& row, const auto& subject) {
    return in_memory(write_part, row, subject);
  });
}

void write_image_file(const std::filesystem::path& path, std::string_view format, const ImageResult& result,
                      const ClassList& classes, const OutputOptions& options) {
  with_subject(format, result, classes, options, [&](const auto& row, const auto& subject) {
    if (row.ending == nullptr) refuse(row, "file of each image");
    on_disk(write_image, path, row, subject);
  });
}

void write_run_part(const std::filesystem::path& path, std::string_view format, const ImageResult& result,
                    const ClassList& classes, const OutputOptions& options) {
  with_subject(format, result, classes, options, [&](const auto& row, const auto& subject) {
    if (row.part == nullptr) refuse(row, "parts of files of a run");
    on_disk(write_part, path, row, subject);
  });
}

std::vector<OutputFile> encode_output(std::string_view format, const ImageResult& result,
                                      const ClassList& classes, const OutputOptions& options) {
  return with_subject(format, result, classes, options, [&](const auto& row, const auto& subject) {
    std::vector<OutputFile> files;
    if (row.ending != nullptr)
      files.push_back({result.stem + row.ending, in_memory(write_image, row, subject)});
    const std::string part = in_memory(write_part, row, subject);
    for (const auto& file : row.run_files) {
      MemorySink sink;
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
    MemorySink sink;
    formats::ZipWriter zip(sink);
    for (const auto& file : files) zip.add(file.name, file.bytes);
    zip.finish();
    return sink.take();
  });
}

}  // namespace relprompt
