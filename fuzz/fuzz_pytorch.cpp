// PyTorch files from memory. Input that begins like a zip file is taken as one; any other input becomes the
// pickle of an intact zip file with two small storages.
#include <cstddef>
#include <cstdint>
#include <string>

#include "relprompt/error.h"

#include "archive/pytorch_archive.h"
#include "read_everything.h"
#include "zip_writer.h"

namespace {

std::string around_pickle(const std::string& pickle) {
  std::vector<relprompt::test::ZipMember> members(3);
  members[0].name = "m/data.pkl";
  members[0].content = pickle;
  members[1].name = "m/data/0";
  members[1].content = std::string(24, '\1');
  members[2].name = "m/data/1";
  members[2].content = std::string(24, '\2');
  members[2].deflate = true;
  return relprompt::test::make_zip(members);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string file = input.compare(0, 2, "PK") == 0 ? input : around_pickle(input);
  try {
    const auto opened = relprompt::archive::parse_pytorch(reinterpret_cast<const std::byte*>(file.data()),
                                                          file.size(), "fuzz");
    relprompt::fuzz::read_everything(*opened);
  } catch (const relprompt::Error&) {
  }
  return 0;
}
