// Files of one encoding one behind the other, packet by packet.
#include <new>

#include "video_av/handles.h"
#include "video_av/output.h"
#include "video_av/parts.h"

namespace relprompt::video_av {
namespace {

int refuse(std::string& problem, const std::string& what, int error) {
  problem = what + ": " + words_of(error);
  return error;
}

/// The first stream of a file.
Input open_part(const std::filesystem::path& path, std::string& problem) {
  AVFormatContext* opened = nullptr;
  const std::string name = "file:" + path.string();
  if (const int error = avformat_open_input(&opened, name.c_str(), nullptr, nullptr); error < 0) {
    refuse(problem, path.string(), error);
    return nullptr;
  }
  Input input(opened);
  if (const int error = avformat_find_stream_info(opened, nullptr); error < 0 || opened->nb_streams != 1) {
    refuse(problem, path.string(), error < 0 ? error : AVERROR_INVALIDDATA);
    return nullptr;
  }
  return input;
}

bool copy_packets(AVFormatContext& from, AVFormatContext& to, std::string& problem) {
  const auto packet = owned<Packet>(av_packet_alloc());
  while (true) {
    int error = av_read_frame(&from, packet.get());
    if (error == AVERROR_EOF) return true;
    if (error >= 0) {
      av_packet_rescale_ts(packet.get(), from.streams[0]->time_base, to.streams[0]->time_base);
      packet->stream_index = 0;
      packet->pos = -1;
      error = av_interleaved_write_frame(&to, packet.get());
    }
    if (error < 0) return refuse(problem, "a packet of a part", error) >= 0;
  }
}

bool join(const std::vector<std::filesystem::path>& parts, const video::WritePiece& write,
          std::string& problem) {
  FileOutput output(write);
  bool begun = false;
  for (const auto& path : parts) {
    const Input input = open_part(path, problem);
    if (!input) return false;
    const AVStream& source = *input->streams[0];
    if (!begun) {
      AVStream* stream = avformat_new_stream(output.context(), nullptr);
      if (stream == nullptr) throw std::bad_alloc();
      if (const int error = avcodec_parameters_copy(stream->codecpar, source.codecpar); error < 0)
        return refuse(problem, path.string(), error) >= 0;
      stream->codecpar->codec_tag = 0;
      stream->time_base = source.time_base;
      stream->avg_frame_rate = source.avg_frame_rate;
      if (!output.begin(problem)) return false;
      begun = true;
    }
    if (!copy_packets(*input, *output.context(), problem)) return false;
  }
  return output.end(problem);
}

}  // namespace

bool join_files(const std::vector<std::filesystem::path>& parts, const video::WritePiece& write,
                std::string& problem) {
  return join(parts, write, problem);
}

}  // namespace relprompt::video_av
