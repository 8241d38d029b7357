// relprompt::OutputWriter: a run in any number of formats, over the functions for one image and RunFile.
#include <set>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "api/errors.h"
#include "base/own_files.h"
#include "formats/format.h"

namespace relprompt {

namespace fs = std::filesystem;

struct RELPROMPT_HIDDEN OutputWriter::Impl {
  struct Growing {
    std::string format;
    std::vector<RunFile> files;
  };

  void take_name(const std::string& name) {
    if (names.insert(name).second) return;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: two results would be written to it", (folder / name).string()),
                "no image may be called like a file of the run");
  }

  fs::path folder;
  ClassList classes;
  OutputOptions options;
  std::vector<std::string> formats;
  std::vector<Growing> growing;
  std::vector<fs::path> run_paths;
  std::set<std::string> stems;
  std::set<std::string> names;  ///< of all files, below the folder
};

OutputWriter::OutputWriter(const fs::path& folder, const std::vector<std::string>& formats,
                           const ClassList& classes, const OutputOptions& options)
    : impl_(api::guarded([&] {
        auto impl = std::make_unique<Impl>();
        impl->folder = folder;
        impl->classes = classes;
        impl->options = options;
        formats::check(options);
        for (const auto& name : std::set<std::string>(formats.begin(), formats.end())) {
          const auto& format = output_format(name);
          if (name == "scores") {
            throw Error(ErrorCode::kBadArgument, "scores are written while they are computed",
                        "ScoreFile writes them");
          }
          impl->formats.push_back(name);
          for (const auto& file : format.run_files) {
            impl->take_name(file);
            impl->run_paths.push_back(folder / file);
            if (standing_of(impl->run_paths.back()) == Standing::kForeign)
              refuse_foreign(impl->run_paths.back());
          }
        }
        for (const auto& name : impl->formats) {
          Impl::Growing growing{name, {}};
          for (const auto& file : output_format(name).run_files)
            growing.files.emplace_back(folder, name, file, classes);
          impl->growing.push_back(std::move(growing));
        }
        return impl;
      })) {}

OutputWriter::~OutputWriter() = default;
OutputWriter::OutputWriter(OutputWriter&&) noexcept = default;
OutputWriter& OutputWriter::operator=(OutputWriter&&) noexcept = default;

std::vector<fs::path> OutputWriter::add(const ImageResult& result) {
  return api::guarded([&] {
    if (!impl_->stems.insert(result.stem).second) {
      throw Error(ErrorCode::kBadArgument, fmt::format("a second result with the stem {}", result.stem),
                  "images need stems of their own, or their files would replace each other");
    }
    std::vector<fs::path> written;
    for (auto& growing : impl_->growing) {
      const auto& format = output_format(growing.format);
      if (!format.image_file.empty()) {
        const std::string name = result.stem + format.image_file;
        impl_->take_name(name);
        written.push_back(impl_->folder / name);
        write_image_file(written.back(), growing.format, result, impl_->classes, impl_->options);
      }
      const std::string part = encode_run_part(growing.format, result, impl_->classes, impl_->options);
      for (auto& file : growing.files) file.add(part);
    }
    return written;
  });
}

std::vector<fs::path> OutputWriter::finish() {
  return api::guarded([&] {
    for (auto& growing : impl_->growing)
      for (auto& file : growing.files) file.commit();
    impl_->growing.clear();
    return impl_->run_paths;
  });
}

}  // namespace relprompt
