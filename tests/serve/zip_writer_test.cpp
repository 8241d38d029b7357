// Python's zipfile reads these archives in segment_test.py; here are the bytes.
#include "serve/zip_writer.h"

#include <gtest/gtest.h>

namespace relprompt::serve {
namespace {

TEST(ZipWriter, StoresFilesWithTheirChecksums) {
  ZipWriter zip;
  zip.add("a.txt", "hello");
  zip.add("b", "");
  const auto bytes = zip.finish();
  EXPECT_EQ(bytes.substr(0, 4), "PK\x03\x04");
  EXPECT_EQ(bytes.substr(14, 4), "\x86\xa6\x10\x36") << "CRC-32 of hello";
  EXPECT_EQ(bytes.substr(30, 10), "a.txthello");
  EXPECT_EQ(bytes.substr(bytes.size() - 22, 4), "PK\x05\x06");
  EXPECT_EQ(bytes[bytes.size() - 12], 2) << "files";
}

TEST(ZipWriter, AnEmptyArchiveIsAnArchive) {
  EXPECT_EQ(ZipWriter().finish().size(), 22u);
}

}  // namespace
}  // namespace relprompt::serve
