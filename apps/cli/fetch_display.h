// How far the download of a model is: a bar with rate and time left on a terminal, a line now and then
// elsewhere. While it lives, an interrupt says that what has arrived is kept.
#pragma once

#include <chrono>
#include <string>

#include "relprompt/hub.h"

namespace relprompt::cli {

class FetchDisplay {
 public:
  FetchDisplay(std::string model, bool quiet);
  ~FetchDisplay();
  FetchDisplay(const FetchDisplay&) = delete;
  FetchDisplay& operator=(const FetchDisplay&) = delete;

  void show(const HubProgress& now);

 private:
  using Clock = std::chrono::steady_clock;
  void clear();

  std::string model_;
  bool quiet_, bar_;
  bool begun_ = false, visible_ = false;
  HubProgress last_;
  Clock::time_point start_, drawn_;
};

}  // namespace relprompt::cli
