// Frames of a file or camera, and those that should be there and are not.
#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <new>

#include "video_av/colors.h"
#include "video_av/ffv1_slices.h"
#include "video_av/frame_timing.h"
#include "video_av/log.h"
#include "video_av/opened.h"
#include "video_av/packets.h"
#include "video_av/parts.h"

namespace relprompt::video_av {
namespace {

using video::Frame;
using video::Next;

class FileSource : public video::Source {
 public:
  explicit FileSource(Opened opened)
      : opened_(std::move(opened)),
        facts_(opened_.facts),
        colors_(facts_.height, facts_.width, opened_.turn),
        packet_(owned<Packet>(av_packet_alloc())),
        picture_(owned<Picture>(av_frame_alloc())),
        timing_(facts_.fps, opened_.strict),
        step_(facts_.fps > 0 ? static_cast<std::int64_t>(1e6 / facts_.fps) : 40'000) {}

  video::SourceFacts facts() const override { return facts_; }
  std::vector<std::string> notes() const override {
    auto notes = notes_;
    if (colors_.scaled()) notes.push_back("frames of another size than the first are scaled to it");
    return notes;
  }

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

  void pump();
  void send(AVPacket* packet);
  bool receive_all();
  void show(const AVFrame& picture);
  void finish();
  void lose(std::int64_t microseconds, const std::string& reason);
  void lose_until(std::int64_t until, const std::vector<LostPacket>& lost);
  std::uint64_t stated_frames(bool damaged) const;
  std::string said_of(std::int64_t time);
  std::int64_t microseconds(std::int64_t time) const {
    return time == AV_NOPTS_VALUE || first_time_ == AV_NOPTS_VALUE
               ? last_time_ + step_
               : av_rescale_q(time - first_time_, opened_.stream->time_base, AVRational{1, 1'000'000});
  }

  Opened opened_;
  video::SourceFacts facts_;
  Colors colors_;
  Packet packet_;
  Picture picture_;
  Packets packets_;
  FrameTiming timing_;
  std::map<std::int64_t, std::string> said_;  ///< errors by the times of packets
  std::vector<std::string> notes_;
  std::deque<Ready> ready_;
  std::uint64_t number_ = 0;
  std::uint64_t errors_at_send_ = 0;       ///< of the log, before the last packet was decoded
  std::uint64_t errors_at_last_ = 0;       ///< of the log, when the last frame was shown
  std::string between_;                    ///< the first error said since then outside of decoding
  std::int64_t sending_ = AV_NOPTS_VALUE;  ///< time of the packet that is decoded
  std::int64_t first_time_ = AV_NOPTS_VALUE;
  std::int64_t last_time_ = 0, step_;  ///< microseconds
  bool times_ = true;                  ///< every packet has its time
  bool last_is_lost_ = false, after_loss_ = false, ended_ = false;
  std::string failure_;
};

void FileSource::pump() {
  const int error = av_read_frame(opened_.input.get(), packet_.get());
  if (error < 0) {
    if (error != AVERROR_EOF) notes_.push_back("reading ended early: " + words_of(error));
    avcodec_send_packet(opened_.codec.get(), nullptr);
    receive_all();
    finish();
    return;
  }
  if (packet_->stream_index == opened_.stream->index) send(packet_.get());
  av_packet_unref(packet_.get());
}

void FileSource::send(AVPacket* packet) {
  const std::int64_t time = packet->pts;
  if (errors_said() > errors_at_send_) between_ = first_error_said();  // by what takes the file apart
  forget_errors_said();
  errors_at_send_ = errors_said();
  sending_ = time;
  if (time == AV_NOPTS_VALUE) times_ = false;
  if (opened_.strict && first_time_ == AV_NOPTS_VALUE) first_time_ = time;
  if (times_ && (packet->flags & AV_PKT_FLAG_DISCARD) == 0) packets_.sent(time, errors_said());
  if (times_ && (packet->flags & AV_PKT_FLAG_CORRUPT) != 0) packets_.damaged(time, "a damaged packet");
  if (!ffv1_slices_add_up(*opened_.codec, *packet)) {
    if (times_) packets_.damaged(time, kBrokenSlices);
    if (!times_) lose(last_time_ + step_, kBrokenSlices);
    return;
  }
  int error = avcodec_send_packet(opened_.codec.get(), packet);
  if (error == AVERROR(EAGAIN)) {
    receive_all();
    error = avcodec_send_packet(opened_.codec.get(), packet);
  }
  if (error == AVERROR(ENOMEM)) throw std::bad_alloc();
  if (error < 0 && times_) packets_.damaged(time, words_of(error));
  if (error < 0 && !times_) lose(last_time_ + step_, words_of(error));
  if (error >= 0 && !receive_all() && !times_) lose(last_time_ + step_, first_error_said());
  if (times_ && errors_said() > errors_at_send_) said_[time] = first_error_said();
  errors_at_send_ = errors_said();
}

/// False if the decoder answered with an error.
bool FileSource::receive_all() {
  while (true) {
    const int error = avcodec_receive_frame(opened_.codec.get(), picture_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return true;
    if (error == AVERROR(ENOMEM)) throw std::bad_alloc();
    if (error < 0) return false;
    show(*picture_);
    av_frame_unref(picture_.get());
  }
}

void FileSource::lose(std::int64_t microseconds, const std::string& reason) {
  Ready ready;
  ready.frame.number = ++number_;
  ready.frame.time = microseconds;
  ready.frame.reason = reason.empty() ? "it cannot be decoded" : reason;
  ready.lost = last_is_lost_ = true;
  last_time_ = ready.frame.time;
  after_loss_ = !opened_.intra_only;
  ready_.push_back(std::move(ready));
}

/// The frames lost between the last one and that of `until`. Their times are spread evenly: those of damaged
/// packets may be wrong.
void FileSource::lose_until(std::int64_t until, const std::vector<LostPacket>& lost) {
  const auto known = static_cast<std::int64_t>(lost.size());
  const bool damage = known > 0 || last_is_lost_ || errors_said() > errors_at_last_;
  if (number_ > 0 && !damage) timing_.followed(last_time_, until);
  const std::int64_t count = damage ? timing_.lost(number_ == 0, last_time_, until, known) : 0;
  const std::int64_t from = last_time_;
  for (std::int64_t i = 0; i < count; ++i)
    lose(from + (until - from) * (i + 1) / (count + 1),
         i < known ? lost[static_cast<std::size_t>(i)].reason : between_);
}

/// What was said when the packet of this time was decoded, some frames ago where frames are reordered.
std::string FileSource::said_of(std::int64_t time) {
  std::string words = time == sending_ ? first_error_said() : "";
  const auto found = said_.find(time);
  if (found != said_.end()) words = found->second;
  said_.erase(said_.begin(), said_.upper_bound(time));
  return words;
}

void FileSource::show(const AVFrame& picture) {
  const std::int64_t time = picture.pts != AV_NOPTS_VALUE ? picture.pts : picture.best_effort_timestamp;
  if (first_time_ == AV_NOPTS_VALUE) first_time_ = time;
  lose_until(microseconds(time), times_
                                     ? packets_.shown(time, opened_.strict, errors_said(), first_error_said())
                                     : std::vector<LostPacket>());
  between_.clear();
  errors_at_last_ = errors_said();
  const std::string reason = said_of(time);
  if (picture.key_frame != 0) after_loss_ = false;
  // Codecs that show each frame at once: the decoder's words can be about no other.
  const bool blamed = opened_.strict && errors_said() > errors_at_send_;
  const bool damaged =
      blamed || picture.decode_error_flags != 0 || (picture.flags & AV_FRAME_FLAG_CORRUPT) != 0;
  if (damaged) {
    lose(microseconds(time), reason.empty() ? "it is damaged" : reason);
    return;
  }
  Ready ready;
  if (!colors_.convert(picture, ready.frame.image)) {
    lose(microseconds(time), "its pixels cannot be converted");
    return;
  }
  ready.frame.number = ++number_;
  ready.frame.time = last_time_ = std::max(number_ == 1 ? 0 : last_time_ + 1, microseconds(time));
  ready.frame.after_loss = after_loss_;
  last_is_lost_ = false;
  ready_.push_back(std::move(ready));
}

/// How many frames the file says that there are; 0 where it does not, or is not to be believed.
std::uint64_t FileSource::stated_frames(bool damaged) const {
  if (facts_.frames > 0) return facts_.frames;
  if (facts_.fps <= 0) return 0;
  const std::int64_t length = stated_length(opened_, damaged);
  if (length <= 0) return 0;
  const double frames = static_cast<double>(length) * 1e-6 * facts_.fps;
  const double held = static_cast<double>(last_time_) * 1e-6 * facts_.fps + 1;
  // A frame more or less is how lengths are rounded, unless something was wrong at the end, and a changing
  // rate says nothing about numbers.
  const double rounding = damaged ? 0.75 : 1.5;
  if (frames < held + rounding || std::abs(held - static_cast<double>(number_)) > 1.5) return 0;
  return static_cast<std::uint64_t>(std::llround(frames));
}

void FileSource::finish() {
  ended_ = true;
  const auto waiting = packets_.ended(errors_said(), first_error_said());
  const auto stated = stated_frames(!waiting.empty() || last_is_lost_ || errors_said() > errors_at_last_);
  const bool is_limit = opened_.strict && stated > number_;
  for (const auto& lost : waiting)
    if (!is_limit || number_ < stated) lose(last_time_ + step_, lost.reason);
  if (number_ > 0 && stated > number_ &&
      stated - number_ <= static_cast<std::uint64_t>(FrameTiming::kLongestGap)) {
    while (number_ < stated) lose(last_time_ + step_, "the file ends before it");
  } else if (number_ > 0 && stated > number_) {
    notes_.push_back("the file states " + std::to_string(stated) + " frames, which is not believed");
  }
  if (number_ == 0) failure_ = "no frame of it can be decoded";
}

}  // namespace

std::unique_ptr<video::Source> open_source(const std::string& name, const video::OpenOptions& options,
                                           std::string& problem) {
  Opened opened;
  if (!open_stream(name, options, opened, problem)) return nullptr;
  return std::make_unique<FileSource>(std::move(opened));
}

}  // namespace relprompt::video_av
