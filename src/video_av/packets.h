// Which packets of a stream have become frames. A packet whose picture never comes out of the decoder is a
// lost frame if something was wrong with it; without that it holds no picture of its own, such as VP8's
// hidden reference frames.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace relprompt::video_av {

struct LostPacket {
  std::int64_t time = 0;  ///< in the stream's units
  std::string reason;
};

class Packets {
 public:
  /// A packet goes into the decoder. errors: of the log up to now.
  void sent(std::int64_t time, std::uint64_t errors);
  /// Something is wrong with it.
  void damaged(std::int64_t time, const std::string& reason);
  /// A frame came out. What should have come before it is lost, if errors were said since it was sent:
  /// packets of earlier times, or with `at_once` all others, as such a codec shows frames in the order of
  /// their packets and the time of a damaged one may be wrong.
  std::vector<LostPacket> shown(std::int64_t time, bool at_once, std::uint64_t errors,
                                const std::string& first_error);
  /// No more frames will come.
  std::vector<LostPacket> ended(std::uint64_t errors, const std::string& first_error);

 private:
  struct Waiting {
    std::uint64_t errors = 0;
    std::string reason;
  };
  using Place = std::multimap<std::int64_t, Waiting>::iterator;
  std::vector<LostPacket> take_until(Place end, std::uint64_t errors, const std::string& first_error);

  std::multimap<std::int64_t, Waiting> waiting_;
};

}  // namespace relprompt::video_av
