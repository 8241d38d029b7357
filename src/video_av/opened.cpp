#include "video_av/opened.h"

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#ifdef RELPROMPT_CAMERA
extern "C" {
#include <libavdevice/avdevice.h>
}
#endif

namespace relprompt::video_av {
namespace {

bool refuse(std::string& problem, const std::string& words) {
  problem = words;
  return false;
}

const AVInputFormat* camera_format() {
#ifdef RELPROMPT_CAMERA
  avdevice_register_all();
  return av_find_input_format("v4l2");
#else
  return nullptr;
#endif
}

/// Looks at the first frames. What they decode to is limited before they are.
int find_streams(AVFormatContext* input, std::uint64_t max_pixels) {
  std::vector<AVDictionary*> limits(input->nb_streams, nullptr);
  for (auto& limit : limits) av_dict_set_int(&limit, "max_pixels", static_cast<std::int64_t>(max_pixels), 0);
  const int error = avformat_find_stream_info(input, limits.empty() ? nullptr : limits.data());
  for (auto& limit : limits) av_dict_free(&limit);
  return error;
}

bool is_too_large(int height, int width, std::uint64_t max_pixels, std::string& problem) {
  if (height < 1 || width < 1) return false;
  if (static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width) <= max_pixels) return false;
  problem = "its frames have " + std::to_string(width) + "x" + std::to_string(height) + " pixels; at most " +
            std::to_string(max_pixels) + " are decoded";
  return true;
}

bool open_input(const std::string& name, const video::OpenOptions& options, Opened& opened,
                std::string& problem) {
  const AVInputFormat* format = options.camera ? camera_format() : nullptr;
  if (options.camera && format == nullptr)
    return refuse(problem, "this build has no cameras: install libavdevice-dev and build again");
  AVFormatContext* input = nullptr;
  // "file:" keeps names with colons from being taken for addresses of the net.
  const std::string address = options.camera ? name : "file:" + name;
  int error = avformat_open_input(&input, address.c_str(), format, nullptr);
  if (error < 0) return refuse(problem, words_of(error));
  opened.input.reset(input);
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    const AVCodecParameters& stated = *input->streams[i]->codecpar;
    if (is_too_large(stated.height, stated.width, options.max_pixels, problem)) return false;
  }
  error = find_streams(input, options.max_pixels);
  return error >= 0 || refuse(problem, words_of(error));
}

bool find_size(Opened& opened, std::uint64_t max_pixels, std::string& problem) {
  int height = opened.codec->height, width = opened.codec->width;
  if (height < 1 || width < 1) return refuse(problem, "its video states no size: the file may be damaged");
  if (is_too_large(height, width, max_pixels, problem)) return false;
  opened.turn = turn_of(*opened.stream);
  if (swaps_sides(opened.turn)) std::swap(height, width);
  opened.facts.height = height;
  opened.facts.width = width;
  return true;
}

video::SourceFacts facts_of(const Opened& opened) {
  video::SourceFacts facts = opened.facts;
  const AVStream& stream = *opened.stream;
  const AVRational rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
  if (rate.num > 0 && rate.den > 0) facts.fps = av_q2d(rate);
  if (!(facts.fps > 0 && facts.fps < 1e5)) facts.fps = 0;
  if (stream.nb_frames > 0) facts.frames = static_cast<std::uint64_t>(stream.nb_frames);
  facts.format = std::string(avcodec_get_name(opened.codec->codec_id)) + " in " + opened.input->iformat->name;
  return facts;
}

bool open_decoder(const AVCodec& decoder, std::uint64_t max_pixels, Opened& opened, std::string& problem) {
  opened.codec = owned<Codec>(avcodec_alloc_context3(&decoder));
  AVCodecContext& codec = *opened.codec;
  int error = avcodec_parameters_to_context(&codec, opened.stream->codecpar);
  if (error < 0) return refuse(problem, words_of(error));
  codec.thread_count = 1;  // errors are said on the thread that decodes
  codec.pkt_timebase = opened.stream->time_base;
  codec.err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_CAREFUL;
  codec.max_pixels = static_cast<std::int64_t>(max_pixels);
  if (!find_size(opened, max_pixels, problem)) return false;
  error = avcodec_open2(&codec, &decoder, nullptr);
  if (error < 0) return refuse(problem, words_of(error));
  if (const AVCodecDescriptor* about = avcodec_descriptor_get(decoder.id)) {
    opened.intra_only = (about->props & AV_CODEC_PROP_INTRA_ONLY) != 0;
    opened.strict = opened.intra_only || (about->props & AV_CODEC_PROP_LOSSY) == 0;
  }
  return true;
}

}  // namespace

bool open_stream(const std::string& name, const video::OpenOptions& options, Opened& opened,
                 std::string& problem) {
  if (!open_input(name, options, opened, problem)) return false;
  const AVCodec* decoder = nullptr;
  const int number = av_find_best_stream(opened.input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
  if (number == AVERROR_DECODER_NOT_FOUND)
    return refuse(problem, "FFmpeg's libraries have no decoder for its video");
  if (number < 0 || decoder == nullptr) return refuse(problem, "there is no video in it");
  opened.stream = opened.input->streams[number];
  for (unsigned i = 0; i < opened.input->nb_streams; ++i)
    if (static_cast<int>(i) != number) opened.input->streams[i]->discard = AVDISCARD_ALL;
  if (!open_decoder(*decoder, options.max_pixels, opened, problem)) return false;
  opened.facts = facts_of(opened);
  return true;
}

std::int64_t stated_length(const Opened& opened, bool damaged) {
  std::int64_t length = 0;
  // A length alone may be that of the sound, unless something was wrong.
  if (const auto* tag = av_dict_get(opened.stream->metadata, "DURATION", nullptr, 0)) {
    if (av_parse_time(&length, tag->value, 1) < 0) length = 0;
  } else if (opened.input->nb_streams == 1 || damaged) {
    length = opened.input->duration;
    // Matroska has it from its header; others guess it from what is there.
    if (std::strstr(opened.input->iformat->name, "matroska") == nullptr) length = 0;
  }
  return length <= std::int64_t{1} << 50 ? length : 0;
}

}  // namespace relprompt::video_av
