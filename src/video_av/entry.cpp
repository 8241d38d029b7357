// librelprompt-video.so: its one symbol.
#include "relprompt/export.h"
#include "relprompt/version.h"

#include "video_av/log.h"
#include "video_av/parts.h"

extern "C" RELPROMPT_API const relprompt::video::AvTable* relprompt_video() {
  namespace av = relprompt::video_av;
  static const relprompt::video::AvTable table = {RELPROMPT_VERSION, av::open_source, av::make_encoder,
                                                  av::open_labels,   av::join_files,  av::find_flow};
  av::listen_to_log();
  return &table;
}
