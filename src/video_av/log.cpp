#include "video_av/log.h"

#include <cstdarg>
#include <cstdio>

#include "video_av/handles.h"

namespace relprompt::video_av {
namespace {

thread_local std::uint64_t errors = 0;
thread_local std::string last_error;

void listen(void* /*context*/, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  char line[512];
  std::vsnprintf(line, sizeof line, format, arguments);
  ++errors;
  last_error = line;
  while (!last_error.empty() && (last_error.back() == '\n' || last_error.back() == '.'))
    last_error.pop_back();
}

}  // namespace

void listen_to_log() {
  av_log_set_callback(listen);
}

std::uint64_t errors_said() {
  return errors;
}

const std::string& last_error_said() {
  return last_error;
}

std::string words_of(int error) {
  char words[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(error, words, sizeof words);
  return words;
}

}  // namespace relprompt::video_av
