// Frames of a file or camera, and those that should be there and are not.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <optional>

#include "video_av/handles.h"
#include "video_av/log.h"
#include "video_av/packets.h"
#include "video_av/parts.h"
#include "video_av/upright.h"

#ifdef RELPROMPT_CAMERA
extern "C" {
#include <libavdevice/avdevice.h>
}
#endif

namespace relprompt::video_av {
namespace {

using video::Frame;
using video::Next;

/// Longest run of lost frames that a gap in the times is taken for.
constexpr std::int64_t kLongestGap = 1'000'000;

class FileSource : public video::Source {
 public:
  bool open(const std::string& name, const video::OpenOptions& options, std::string& problem);

  video::SourceFacts facts() const override { return facts_; }
  std::vector<std::string> notes() const override { return notes_; }

  Next next(Frame& frame) override {
    while (ready_.empty() && !ended_) pump();
    if (ready_.empty()) {
      frame.reason = failure_;
      return failure_.empty() ? Next::kEnd : Next::kFailed;
    }
    frame = std::move(ready_.front().frame);
    const bool lost = ready_.front().lost;
    ready_.pop_front();
    return lost ? Next::kLost : Next::kFrame;
  }

 private:
  struct Ready {
    Frame frame;
    bool lost = false;
  };

  bool choose_stream(std::string& problem);
  bool find_size(std::string& problem);
  void pump();
  void send(AVPacket* packet);
  bool receive_all();
  void show(const AVFrame& picture);
  void finish();
  void lose(std::int64_t time, const std::string& reason);
  void lose_gap(std::int64_t until, const std::string& reason);
  std::uint64_t stated_frames() const;
  std::string said_of(std::int64_t time);
  bool convert(const AVFrame& picture, Image& image);
  std::int64_t microseconds(std::int64_t time) const {
    return time == AV_NOPTS_VALUE || first_time_ == AV_NOPTS_VALUE
               ? last_time_ + step_
               : av_rescale_q(time - first_time_, stream_->time_base, AVRational{1, 1'000'000});
  }
  bool is_key(const AVFrame& picture) const { return picture.key_frame != 0; }

  Input input_;
  AVStream* stream_ = nullptr;
  Codec codec_;
  Packet packet_;
  Picture picture_;
  Scaler scaler_;
  Packets packets_;
  std::map<std::int64_t, std::string> said_;  ///< errors by the times of packets
  video::SourceFacts facts_;
  std::vector<std::string> notes_;
  Turn turn_ = Turn::kNone;
  std::deque<Ready> ready_;
  std::uint64_t number_ = 0;
  std::uint64_t max_pixels_ = 0;
  std::uint64_t errors_at_send_ = 0;  ///< of the log, before the last packet was decoded
  std::uint64_t errors_at_last_ = 0;  ///< of the log, when the last frame was shown
  std::int64_t first_time_ = AV_NOPTS_VALUE;
  std::int64_t last_time_ = 0, step_ = 0;  ///< microseconds
  bool times_ = true;                      ///< every packet has its time
  bool intra_only_ = false;
  bool after_loss_ = false, scaled_ = false, ended_ = false;
  std::string failure_;
};

bool FileSource::open(const std::string& name, const video::OpenOptions& options, std::string& problem) {
  max_pixels_ = options.max_pixels;
  const AVInputFormat* format = nullptr;
  if (options.camera) {
#ifdef RELPROMPT_CAMERA
    avdevice_register_all();
    format = av_find_input_format("v4l2");
#endif
    if (format == nullptr) {
      problem = "this build has no cameras: install libavdevice-dev and build again";
      return false;
    }
  }
  AVFormatContext* opened = nullptr;
  // "file:" keeps names with colons from being taken for addresses of the net.
  const std::string address = options.camera ? name : "file:" + name;
  if (const int error = avformat_open_input(&opened, address.c_str(), format, nullptr); error < 0) {
    problem = words_of(error);
    return false;
  }
  input_.reset(opened);
  if (const int error = avformat_find_stream_info(opened, nullptr); error < 0) {
    problem = words_of(error);
    return false;
  }
  packet_ = owned<Packet>(av_packet_alloc());
  picture_ = owned<Picture>(av_frame_alloc());
  return choose_stream(problem) && find_size(problem);
}

bool FileSource::choose_stream(std::string& problem) {
  const AVCodec* decoder = nullptr;
  const int number = av_find_best_stream(input_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
  if (number < 0 || decoder == nullptr) {
    problem = number == AVERROR_DECODER_NOT_FOUND ? "FFmpeg's libraries have no decoder for its video"
                                                  : "there is no video in it";
    return false;
  }
  stream_ = input_->streams[number];
  for (unsigned i = 0; i < input_->nb_streams; ++i)
    if (static_cast<int>(i) != number) input_->streams[i]->discard = AVDISCARD_ALL;
  codec_ = owned<Codec>(avcodec_alloc_context3(decoder));
  int error = avcodec_parameters_to_context(codec_.get(), stream_->codecpar);
  const AVCodecDescriptor* about = avcodec_descriptor_get(decoder->id);
  intra_only_ = about != nullptr && (about->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
  codec_->thread_count = 1;  // errors are said on the thread that decodes
  codec_->pkt_timebase = stream_->time_base;
  codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CAREFUL;
  codec_->max_pixels = static_cast<std::int64_t>(max_pixels_);
  if (error >= 0) error = avcodec_open2(codec_.get(), decoder, nullptr);
  if (error < 0) problem = words_of(error);
  return error >= 0;
}

bool FileSource::find_size(std::string& problem) {
  int height = codec_->height, width = codec_->width;
  if (height < 1 || width < 1) {
    problem = "its video states no size: the file may be damaged";
    return false;
  }
  if (static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width) > max_pixels_) {
    problem = "its frames have " + std::to_string(width) + "x" + std::to_string(height) +
              " pixels; at most " + std::to_string(max_pixels_) + " are decoded";
    return false;
  }
  turn_ = turn_of(*stream_);
  if (swaps_sides(turn_)) std::swap(height, width);
  facts_.height = height;
  facts_.width = width;
  const AVRational rate = stream_->avg_frame_rate.num > 0 ? stream_->avg_frame_rate : stream_->r_frame_rate;
  if (rate.num > 0 && rate.den > 0) facts_.fps = av_q2d(rate);
  if (!(facts_.fps > 0 && facts_.fps < 1e5)) facts_.fps = 0;
  step_ = facts_.fps > 0 ? static_cast<std::int64_t>(1e6 / facts_.fps) : 40'000;
  if (stream_->nb_frames > 0) facts_.frames = static_cast<std::uint64_t>(stream_->nb_frames);
  facts_.format = std::string(avcodec_get_name(codec_->codec_id)) + " in " + input_->iformat->name;
  return true;
}

void FileSource::pump() {
  const int error = av_read_frame(input_.get(), packet_.get());
  if (error < 0) {
    if (error != AVERROR_EOF) notes_.push_back("reading ended early: " + words_of(error));
    avcodec_send_packet(codec_.get(), nullptr);
    receive_all();
    finish();
    return;
  }
  if (packet_->stream_index == stream_->index) send(packet_.get());
  av_packet_unref(packet_.get());
}

void FileSource::send(AVPacket* packet) {
  const std::int64_t time = packet->pts;
  errors_at_send_ = errors_said();
  if (time == AV_NOPTS_VALUE) times_ = false;
  if (times_ && (packet->flags & AV_PKT_FLAG_DISCARD) == 0) packets_.sent(time, errors_said());
  if (times_ && (packet->flags & AV_PKT_FLAG_CORRUPT) != 0) packets_.damaged(time, "a damaged packet");
  int error = avcodec_send_packet(codec_.get(), packet);
  if (error == AVERROR(EAGAIN)) {
    receive_all();
    error = avcodec_send_packet(codec_.get(), packet);
  }
  if (error == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (error < 0 && times_) packets_.damaged(time, words_of(error));
  if (error < 0 && !times_) lose(AV_NOPTS_VALUE, words_of(error));
  if (error >= 0 && !receive_all() && !times_) lose(AV_NOPTS_VALUE, first_error_said());
  if (times_ && errors_said() > errors_at_send_ && !first_error_said().empty())
    said_[time] = first_error_said();
}

/// False if the decoder answered with an error.
bool FileSource::receive_all() {
  while (true) {
    const int error = avcodec_receive_frame(codec_.get(), picture_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return true;
    if (error == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (error < 0) return false;
    show(*picture_);
    av_frame_unref(picture_.get());
  }
}

void FileSource::lose(std::int64_t time, const std::string& reason) {
  Ready ready;
  ready.frame.number = ++number_;
  ready.frame.time = microseconds(time);
  ready.frame.reason = reason.empty() ? "it cannot be decoded" : reason;
  ready.lost = true;
  last_time_ = ready.frame.time;
  after_loss_ = !intra_only_;
  ready_.push_back(std::move(ready));
}

/// Frames whose packets are missing, where the stream's rate says how many there should be.
void FileSource::lose_gap(std::int64_t until, const std::string& reason) {
  if (facts_.fps <= 0 || number_ == 0) return;
  const double step = 1e6 / facts_.fps;
  const auto missing =
      static_cast<std::int64_t>(std::llround(static_cast<double>(until - last_time_) / step)) - 1;
  const std::int64_t from = last_time_;
  for (std::int64_t i = 1; i <= std::min(missing, kLongestGap); ++i) {
    lose(AV_NOPTS_VALUE, reason);
    ready_.back().frame.time = last_time_ = from + static_cast<std::int64_t>(static_cast<double>(i) * step);
  }
}

/// What was said when the packet of this time was decoded, some frames ago where frames are reordered.
std::string FileSource::said_of(std::int64_t time) {
  std::string words = first_error_said();
  const auto found = said_.find(time);
  if (found != said_.end()) words = found->second;
  said_.erase(said_.begin(), said_.upper_bound(time));
  forget_errors_said();
  return words;
}

void FileSource::show(const AVFrame& picture) {
  const std::int64_t time = picture.pts != AV_NOPTS_VALUE ? picture.pts : picture.best_effort_timestamp;
  if (first_time_ == AV_NOPTS_VALUE) first_time_ = time;
  if (times_)
    for (const auto& lost : packets_.shown(time, errors_said(), first_error_said()))
      lose(lost.time, lost.reason);
  if (errors_said() > errors_at_last_) lose_gap(microseconds(time), first_error_said());
  errors_at_last_ = errors_said();
  const std::string reason = said_of(time);
  if (is_key(picture)) after_loss_ = false;
  // A codec without references between frames has no other frame that the decoder's words could be about.
  const bool blamed = intra_only_ && errors_said() > errors_at_send_;
  const bool damaged =
      blamed || picture.decode_error_flags != 0 || (picture.flags & AV_FRAME_FLAG_CORRUPT) != 0;
  if (damaged) {
    lose(time, reason.empty() ? "it is damaged" : reason);
    return;
  }
  Ready ready;
  if (!convert(picture, ready.frame.image)) {
    lose(time, "its pixels cannot be converted");
    return;
  }
  ready.frame.number = ++number_;
  ready.frame.time = last_time_ = std::max(number_ == 1 ? 0 : last_time_ + 1, microseconds(time));
  ready.frame.after_loss = after_loss_;
  ready_.push_back(std::move(ready));
}

/// How many frames the file says that there are; 0 where it does not, or is not to be believed.
std::uint64_t FileSource::stated_frames() const {
  if (facts_.frames > 0) return facts_.frames;
  if (facts_.fps <= 0) return 0;
  // A length alone may be that of the sound, unless something was wrong.
  std::int64_t length = 0;
  if (const auto* tag = av_dict_get(stream_->metadata, "DURATION", nullptr, 0)) {
    if (av_parse_time(&length, tag->value, 1) < 0) length = 0;
  } else if (input_->nb_streams == 1 || errors_said() > errors_at_last_) {
    length = input_->duration;
    // Matroska has it from its header; others guess it from what is there.
    if (std::strstr(input_->iformat->name, "matroska") == nullptr) length = 0;
  }
  if (length <= 0 || length > std::int64_t{1} << 50) return 0;
  const double frames = static_cast<double>(length) * 1e-6 * facts_.fps;
  const double held = static_cast<double>(last_time_) * 1e-6 * facts_.fps + 1;
  // A frame more or less is how lengths are rounded, and a changing rate says nothing about numbers.
  if (frames < held + 1.5 || std::abs(held - static_cast<double>(number_)) > 1.5) return 0;
  return static_cast<std::uint64_t>(std::llround(frames));
}

void FileSource::finish() {
  ended_ = true;
  for (const auto& lost : packets_.ended(errors_said(), first_error_said())) lose(lost.time, lost.reason);
  const std::uint64_t stated = stated_frames();
  if (number_ > 0 && stated > number_ && stated - number_ <= static_cast<std::uint64_t>(kLongestGap)) {
    while (number_ < stated) lose(AV_NOPTS_VALUE, "the file ends before it");
  }
  if (number_ == 0) failure_ = "no frame of it can be decoded";
}

bool FileSource::convert(const AVFrame& picture, Image& image) {
  int height = facts_.height, width = facts_.width;
  if (swaps_sides(turn_)) std::swap(height, width);
  if (!scaled_ && (picture.height != height || picture.width != width)) {
    scaled_ = true;
    notes_.push_back("frames of another size than the first are scaled to it");
  }
  const auto format = static_cast<AVPixelFormat>(picture.format);
  const int quality = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT;
  scaler_.reset(sws_getCachedContext(scaler_.release(), picture.width, picture.height, format, width, height,
                                     AV_PIX_FMT_RGB24, quality, nullptr, nullptr, nullptr));
  if (!scaler_) return false;
  const int space =
      picture.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : static_cast<int>(picture.colorspace);
  sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(space),
                           picture.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                           sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  image.height = height;
  image.width = width;
  image.rgb.resize(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  std::uint8_t* to[4] = {image.rgb.data()};
  const int strides[4] = {3 * width};
  if (sws_scale(scaler_.get(), picture.data, picture.linesize, 0, picture.height, to, strides) != height)
    return false;
  turn(image, turn_);
  return true;
}

}  // namespace

std::unique_ptr<video::Source> open_source(const std::string& name, const video::OpenOptions& options,
                                           std::string& problem) {
  auto source = std::make_unique<FileSource>();
  if (!source->open(name, options, problem)) return nullptr;
  return source;
}

}  // namespace relprompt::video_av
