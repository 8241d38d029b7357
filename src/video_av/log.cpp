#include "video_av/log.h"

#include <cstdarg>
#include <cstdio>

#include "video_av/handles.h"

namespace relprompt::video_av {
namespace {

thread_local std::uint64_t errors = 0;
thread_local std::string first_error;

void listen(void* /*context*/, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  ++errors;
  if (!first_error.empty()) return;
  char line[512];
  std::vsnprintf(line, sizeof line, format, arguments);
  first_error = line;
  while (!first_error.empty() && (first_error.back() == '\n' || first_error.back() == '.'))
    first_error.pop_back();
}

}  // namespace

void listen_to_log() {
  av_log_set_callback(listen);
}

std::uint64_t errors_said() {
  return errors;
}

const std::string& first_error_said() {
  return first_error;
}

void forget_errors_said() {
  first_error.clear();
}

std::string words_of(int error) {
  char words[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(error, words, sizeof words);
  return words;
}

}  // namespace relprompt::video_av
