// Labels of a lossless video as numbers again, without any conversion of colours.
#include <cstring>
#include <new>

#include "video_av/ffv1_slices.h"
#include "video_av/handles.h"
#include "video_av/log.h"
#include "video_av/parts.h"

namespace relprompt::video_av {
namespace {

class GreyLabels : public video::LabelReader {
 public:
  bool open(const std::filesystem::path& file, std::string& problem) {
    AVFormatContext* opened = nullptr;
    const std::string name = "file:" + file.string();
    int error = avformat_open_input(&opened, name.c_str(), nullptr, nullptr);
    if (error < 0) return refuse(problem, words_of(error));
    input_.reset(opened);
    if (error = avformat_find_stream_info(opened, nullptr); error < 0)
      return refuse(problem, words_of(error));
    const AVCodec* decoder = nullptr;
    stream_ = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
    if (stream_ < 0 || decoder->id != AV_CODEC_ID_FFV1) return refuse(problem, "it holds no FFV1 video");
    codec_ = owned<Codec>(avcodec_alloc_context3(decoder));
    error = avcodec_parameters_to_context(codec_.get(), opened->streams[stream_]->codecpar);
    if (error >= 0) error = avcodec_open2(codec_.get(), decoder, nullptr);
    if (error < 0) return refuse(problem, words_of(error));
    packet_ = owned<Packet>(av_packet_alloc());
    picture_ = owned<Picture>(av_frame_alloc());
    forget_errors_said();
    errors_at_open_ = errors_said();
    return true;
  }

  bool next(LabelMap& labels, std::string& problem) override {
    while (true) {
      int error = avcodec_receive_frame(codec_.get(), picture_.get());
      if (errors_said() > errors_at_open_) return refuse(problem, first_error_said());
      if (error >= 0) return copy(labels, problem);
      if (error == AVERROR_EOF) return !any_ && refuse(problem, "no frame of it can be decoded");
      if (error != AVERROR(EAGAIN)) return refuse(problem, words_of(error));
      error = av_read_frame(input_.get(), packet_.get());
      const bool end = error < 0;
      const bool own = !end && packet_->stream_index == stream_;
      const bool whole = !own || ffv1_slices_add_up(*codec_, *packet_);
      if (end || own) error = avcodec_send_packet(codec_.get(), end ? nullptr : packet_.get());
      av_packet_unref(packet_.get());
      if (error < 0) return refuse(problem, words_of(error));
      if (!whole) return refuse(problem, kBrokenSlices);
    }
  }

 private:
  static bool refuse(std::string& problem, const std::string& words) {
    problem = words;
    return false;
  }

  bool copy(LabelMap& labels, std::string& problem) {
    const bool wide = picture_->format == AV_PIX_FMT_GRAY16LE;
    if (!wide && picture_->format != AV_PIX_FMT_GRAY8) return refuse(problem, "its pixels are no labels");
    any_ = true;
    labels.height = picture_->height;
    labels.width = picture_->width;
    labels.labels.resize(static_cast<std::size_t>(labels.height) * static_cast<std::size_t>(labels.width));
    auto* to = labels.labels.data();
    for (int y = 0; y < labels.height; ++y, to += labels.width) {
      const std::uint8_t* row = picture_->data[0] + static_cast<std::ptrdiff_t>(y) * picture_->linesize[0];
      for (int x = 0; x < labels.width; ++x)
        to[x] = wide ? static_cast<std::uint16_t>(row[2 * x] | row[2 * x + 1] << 8) : row[x];
    }
    return true;
  }

  Input input_;
  Codec codec_;
  Packet packet_;
  Picture picture_;
  int stream_ = -1;
  bool any_ = false;
  std::uint64_t errors_at_open_ = 0;  ///< of the log: the decoder shows damaged labels as if they were whole
};

}  // namespace

std::unique_ptr<video::LabelReader> open_labels(const std::filesystem::path& file, std::string& problem) {
  auto reader = std::make_unique<GreyLabels>();
  if (!reader->open(file, problem)) return nullptr;
  return reader;
}

}  // namespace relprompt::video_av
