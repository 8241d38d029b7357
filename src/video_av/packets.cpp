#include "video_av/packets.h"

namespace relprompt::video_av {

void Packets::sent(std::int64_t time, std::uint64_t errors) {
  waiting_.emplace(time, Waiting{errors, ""});
}

void Packets::damaged(std::int64_t time, const std::string& reason) {
  const auto found = waiting_.find(time);
  if (found != waiting_.end()) found->second.reason = reason;
}

std::vector<LostPacket> Packets::take_until(Place end, std::uint64_t errors, const std::string& first_error) {
  std::vector<LostPacket> lost;
  for (auto at = waiting_.begin(); at != end; at = waiting_.erase(at)) {
    if (!at->second.reason.empty()) {
      lost.push_back({at->first, at->second.reason});
    } else if (errors > at->second.errors) {
      lost.push_back({at->first, first_error});
    }
  }
  return lost;
}

std::vector<LostPacket> Packets::shown(std::int64_t time, bool at_once, std::uint64_t errors,
                                       const std::string& first_error) {
  const auto own = waiting_.find(time);
  if (own != waiting_.end()) waiting_.erase(own);
  return take_until(at_once ? waiting_.end() : waiting_.lower_bound(time), errors, first_error);
}

std::vector<LostPacket> Packets::ended(std::uint64_t errors, const std::string& first_error) {
  return take_until(waiting_.end(), errors, first_error);
}

}  // namespace relprompt::video_av
