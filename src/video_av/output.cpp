#include "video_av/output.h"

#include <algorithm>
#include <new>
#include <utility>

namespace relprompt::video_av {

FileOutput::FileOutput(video::WritePiece write) : write_(std::move(write)) {
  constexpr int kBuffer = 1 << 16;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
  if (buffer == nullptr) throw std::bad_alloc();
  bytes_ = avio_alloc_context(buffer, kBuffer, 1, this, nullptr, &FileOutput::write, &FileOutput::seek);
  AVFormatContext* made = nullptr;
  if (bytes_ == nullptr || avformat_alloc_output_context2(&made, nullptr, "matroska", nullptr) < 0) {
    if (bytes_ == nullptr) av_free(buffer);
    throw std::bad_alloc();
  }
  context_.reset(made);
  made->pb = bytes_;
  made->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;  // no random ids: equal frames give equal files
}

FileOutput::~FileOutput() {
  if (bytes_ == nullptr) return;
  av_freep(&bytes_->buffer);
  avio_context_free(&bytes_);
}

int FileOutput::write(void* self, std::uint8_t* data, int size) {
  auto& own = *static_cast<FileOutput*>(self);
  try {
    if (!own.write_(static_cast<std::uint64_t>(own.place_), data, static_cast<std::size_t>(size)))
      return AVERROR(EIO);
  } catch (...) {  // no exception may pass a library of C
    return AVERROR(EIO);
  }
  own.place_ += size;
  own.size_ = std::max(own.size_, own.place_);
  return size;
}

std::int64_t FileOutput::seek(void* self, std::int64_t offset, int whence) {
  auto& own = *static_cast<FileOutput*>(self);
  if (whence == AVSEEK_SIZE) return own.size_;
  if (whence == SEEK_CUR) offset += own.place_;
  if (whence == SEEK_END) offset += own.size_;
  if (offset < 0 || offset > own.size_) return AVERROR(EINVAL);
  return own.place_ = offset;
}

bool FileOutput::begin(std::string& problem) {
  const int error = avformat_write_header(context_.get(), nullptr);
  if (error < 0) problem = "the header of a video: " + words_of(error);
  return error >= 0;
}

bool FileOutput::end(std::string& problem) {
  int error = av_write_trailer(context_.get());
  avio_flush(bytes_);
  if (error >= 0) error = bytes_->error;
  if (error < 0) problem = "the end of a video: " + words_of(error);
  return error >= 0;
}

}  // namespace relprompt::video_av
