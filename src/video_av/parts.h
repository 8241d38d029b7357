// The functions of the table.
#pragma once

#include "video/av_table.h"

namespace relprompt::video_av {

std::unique_ptr<video::Source> open_source(const std::string& name, const video::OpenOptions& options,
                                           std::string& problem);
std::unique_ptr<video::Encoder> make_encoder(video::Encoding encoding, int height, int width, int bytes,
                                             double fps, std::string& problem);
std::unique_ptr<video::LabelReader> open_labels(const std::filesystem::path& file, std::string& problem);
bool join_files(const std::vector<std::filesystem::path>& parts, const video::WritePiece& write,
                std::string& problem);
bool find_flow(const Image& before, const Image& now, Motion& motion, std::string& problem);

}  // namespace relprompt::video_av
