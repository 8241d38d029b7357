// Frames to a Matroska file in memory.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "video_av/handles.h"
#include "video_av/output.h"
#include "video_av/parts.h"

namespace relprompt::video_av {
namespace {

using video::Encoding;
using video::Pixels;

constexpr AVRational kMilliseconds = {1, 1000};  // Matroska's own

struct Choice {
  const AVCodec* codec = nullptr;
  AVPixelFormat pixels = AV_PIX_FMT_NONE;
};

Choice choose(Encoding encoding, int bytes) {
  if (encoding == Encoding::kLabels)
    return {avcodec_find_encoder(AV_CODEC_ID_FFV1), bytes == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16LE};
  if (encoding == Encoding::kColors) return {avcodec_find_encoder(AV_CODEC_ID_FFV1), AV_PIX_FMT_BGR0};
  const AVCodec* best = avcodec_find_encoder_by_name("libx264");
  if (best == nullptr) best = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  return {best, AV_PIX_FMT_YUV420P};
}

/// Everything is a function of the frames alone, and a part can stand behind any other: no frame refers to
/// later ones, and the first is a key frame.
void configure(AVCodecContext& context, const Choice& choice, int height, int width, double fps) {
  context.height = height;
  context.width = width;
  context.pix_fmt = choice.pixels;
  context.time_base = kMilliseconds;
  context.framerate = av_d2q(fps > 0 ? fps : 25, 60000);
  context.max_b_frames = 0;
  context.thread_count = 1;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  if (choice.codec->id == AV_CODEC_ID_FFV1) {
    context.level = 3;
    context.gop_size = 1;
    av_opt_set_int(context.priv_data, "slicecrc", 1, 0);
    return;
  }
  context.colorspace = AVCOL_SPC_BT709;
  context.color_range = AVCOL_RANGE_MPEG;
  context.gop_size = 60;
  if (choice.codec->id == AV_CODEC_ID_H264) {
    av_opt_set(context.priv_data, "preset", "veryfast", 0);
    av_opt_set(context.priv_data, "crf", "18", 0);
  } else {
    context.flags |= AV_CODEC_FLAG_QSCALE;
    context.global_quality = 3 * FF_QP2LAMBDA;
  }
}

class MatroskaEncoder : public video::Encoder {
 public:
  MatroskaEncoder(int height, int width, int bytes)
      : height_(height), width_(width), bytes_(bytes), output_([this](auto offset, auto* data, auto size) {
          if (file_.size() < offset + size) file_.resize(offset + size);
          std::memcpy(file_.data() + offset, data, size);
          return true;
        }) {}

  bool open(Encoding encoding, double fps, std::string& problem) {
    const Choice choice = choose(encoding, bytes_);
    if (choice.codec == nullptr) {
      problem = "FFmpeg's libraries have no encoder for it";
      return false;
    }
    codec_ = owned<Codec>(avcodec_alloc_context3(choice.codec));
    const bool even = encoding == Encoding::kPicture;  // two colours are shared by four pixels
    configure(*codec_, choice, even ? height_ + height_ % 2 : height_, even ? width_ + width_ % 2 : width_,
              fps);
    if (const int error = avcodec_open2(codec_.get(), choice.codec, nullptr); error < 0)
      return refuse(problem, error);
    AVStream* stream = avformat_new_stream(output_.context(), nullptr);
    if (stream == nullptr) throw std::bad_alloc();
    if (const int error = avcodec_parameters_from_context(stream->codecpar, codec_.get()); error < 0)
      return refuse(problem, error);
    stream->time_base = kMilliseconds;
    stream->avg_frame_rate = codec_->framerate;
    picture_ = owned<Picture>(av_frame_alloc());
    packet_ = owned<Packet>(av_packet_alloc());
    return output_.begin(problem);
  }

  bool add(const Pixels& pixels, std::int64_t time, std::string& problem) override {
    av_frame_unref(picture_.get());
    picture_->format = codec_->pix_fmt;
    picture_->height = codec_->height;
    picture_->width = codec_->width;
    if (const int error = av_frame_get_buffer(picture_.get(), 0); error < 0) return refuse(problem, error);
    if (!fill(pixels, problem)) return false;
    last_ = std::max(last_ + 1, (time + 500) / 1000);
    picture_->pts = last_;
    return pass(picture_.get(), problem);
  }

  bool finish(std::string& file, std::string& problem) override {
    if (!pass(nullptr, problem) || !output_.end(problem)) return false;
    file = std::move(file_);
    return true;
  }

 private:
  static bool refuse(std::string& problem, int error) {
    problem = words_of(error);
    return false;
  }

  bool fill(const Pixels& pixels, std::string& problem) {
    if (pixels.height != height_ || pixels.width != width_ || pixels.bytes != bytes_) {
      problem = "a frame of another size";
      return false;
    }
    const auto* data = static_cast<const std::uint8_t*>(pixels.data);
    const auto row = static_cast<std::size_t>(width_) * static_cast<std::size_t>(bytes_);
    if (bytes_ < 3) {
      for (int y = 0; y < height_; ++y)
        std::memcpy(picture_->data[0] + static_cast<std::ptrdiff_t>(y) * picture_->linesize[0],
                    data + static_cast<std::size_t>(y) * row, row);
      return true;
    }
    return convert(data, static_cast<int>(row), problem);
  }

  bool convert(const std::uint8_t* data, int row, std::string& problem) {
    std::vector<std::uint8_t> wider;
    if (codec_->width != width_ || codec_->height != height_) data = padded(data, row, wider);
    const int sides = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP;
    scaler_.reset(sws_getCachedContext(scaler_.release(), codec_->width, codec_->height, AV_PIX_FMT_RGB24,
                                       codec_->width, codec_->height, codec_->pix_fmt, sides, nullptr,
                                       nullptr, nullptr));
    if (!scaler_) {
      problem = "the pixels cannot be converted";
      return false;
    }
    const int* matrix = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(scaler_.get(), matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
    const std::uint8_t* from[4] = {data};
    const int strides[4] = {row};
    sws_scale(scaler_.get(), from, strides, 0, codec_->height, picture_->data, picture_->linesize);
    return true;
  }

  /// The last row and column once more where sides are odd.
  const std::uint8_t* padded(const std::uint8_t* data, int& row, std::vector<std::uint8_t>& wider) const {
    const int length = 3 * codec_->width;
    wider.resize(static_cast<std::size_t>(length) * static_cast<std::size_t>(codec_->height));
    for (int y = 0; y < codec_->height; ++y) {
      const std::uint8_t* from = data + static_cast<std::ptrdiff_t>(std::min(y, height_ - 1)) * row;
      std::uint8_t* to = wider.data() + static_cast<std::ptrdiff_t>(y) * length;
      std::memcpy(to, from, static_cast<std::size_t>(row));
      if (length > row) std::memcpy(to + row, from + row - 3, 3);
    }
    row = length;
    return wider.data();
  }

  bool pass(const AVFrame* frame, std::string& problem) {
    int error = avcodec_send_frame(codec_.get(), frame);
    while (error >= 0) {
      error = avcodec_receive_packet(codec_.get(), packet_.get());
      if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return true;
      if (error < 0) break;
      av_packet_rescale_ts(packet_.get(), codec_->time_base, output_.context()->streams[0]->time_base);
      error = av_interleaved_write_frame(output_.context(), packet_.get());
    }
    return refuse(problem, error);
  }

  int height_, width_, bytes_;
  std::string file_;
  FileOutput output_;
  Codec codec_;
  Picture picture_;
  Packet packet_;
  Scaler scaler_;
  std::int64_t last_ = -1;
};

}  // namespace

std::unique_ptr<video::Encoder> make_encoder(Encoding encoding, int height, int width, int bytes, double fps,
                                             std::string& problem) {
  auto encoder = std::make_unique<MatroskaEncoder>(height, width, bytes);
  if (!encoder->open(encoding, fps, problem)) return nullptr;
  return encoder;
}

}  // namespace relprompt::video_av
