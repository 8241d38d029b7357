// relprompt::RunFile: a format's file of a run, on the disk.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"
#include "relprompt/output.h"

#include "api/errors.h"
#include "base/atomic_file.h"
#include "formats/byte_sink.h"
#include "formats/format.h"

namespace relprompt {
namespace {

const formats::RunFileRow& row_of(std::string_view format, std::string_view name) {
  const auto& rows = formats::find_format(format).run_files;
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  if (found != rows.end()) return *found;
  throw Error(ErrorCode::kBadArgument,
              fmt::format("the format {} has no file about a whole run that is called \"{}\"", format, name));
}

}  // namespace

struct RELPROMPT_HIDDEN RunFile::Impl {
  Impl(const std::filesystem::path& path, const formats::RunFileRow& row, const ClassList& classes)
      : file(path), sink(file), maker(row.begin(sink, classes)) {}

  AtomicFile file;
  formats::FileSink sink;
  std::unique_ptr<formats::RunFileMaker> maker;  ///< last: it writes to the sink
};

RunFile::RunFile(const std::filesystem::path& folder, std::string_view format, std::string_view name,
                 const ClassList& classes)
    : impl_(api::guarded([&] {
        const auto& row = row_of(format, name);
        return std::make_unique<Impl>(folder / row.name, row, classes);
      })) {}

RunFile::~RunFile() = default;
RunFile::RunFile(RunFile&&) noexcept = default;
RunFile& RunFile::operator=(RunFile&&) noexcept = default;

void RunFile::add(std::string_view part) {
  api::guarded([&] { impl_->maker->add(part); });
}

void RunFile::commit() {
  api::guarded([&] {
    impl_->maker->finish();
    impl_->file.commit();
  });
}

}  // namespace relprompt
