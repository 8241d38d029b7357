// A Matroska file that is written through a function.
#pragma once

#include <string>

#include "video/av_table.h"
#include "video_av/handles.h"

namespace relprompt::video_av {

class FileOutput {
 public:
  explicit FileOutput(video::WritePiece write);
  ~FileOutput();
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  AVFormatContext* context() const { return context_.get(); }
  /// Writes the header; all streams have been added.
  bool begin(std::string& problem);
  bool end(std::string& problem);

 private:
  static int write(void* self, std::uint8_t* data, int size);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  video::WritePiece write_;
  std::int64_t place_ = 0, size_ = 0;
  AVIOContext* bytes_ = nullptr;
  Output context_;
};

}  // namespace relprompt::video_av
