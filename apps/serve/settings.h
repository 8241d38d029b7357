// What a server is started with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "relprompt/options.h"

namespace relprompt::serve {

struct NamedModel {
  std::string name;  ///< in requests
  std::string path;  ///< as for relprompt::Model
};

struct ServerSettings {
  std::vector<NamedModel> models;  ///< the first is the default
  ModelOptions model_options;      ///< threads: of one worker
  std::string bind = "127.0.0.1";
  int port = 8080;  ///< 0: any that is free
  std::size_t workers = 1;
  std::size_t queue = 64;                        ///< most requests that wait or arrive
  std::size_t max_body = std::size_t{32} << 20;  ///< bytes
  double timeout = 120;                          ///< seconds from a request's head to its answer
  double receive_timeout = 60;                   ///< seconds for a body to arrive, or an answer to be taken
  double idle_timeout = 30;                      ///< seconds for a head to arrive, also of the next request
  std::size_t max_connections = 1024;
  std::string token;  ///< empty: everyone may ask
  std::vector<std::string>
      host_names;          ///< of the Host header, beside the loopback names; empty with a token: any
  bool check_host = true;  ///< refuse other names
  std::vector<std::string> fetch_origins;  ///< images are fetched from, as fetch_origin; empty: none are
  std::uint64_t max_pixels = 40'000'000;   ///< of an image, decoded and resized
  std::size_t max_classes = 5000;
  std::size_t max_names = 20'000;    ///< of all classes together
  std::size_t max_name_bytes = 300;  ///< of one name
  std::size_t class_cache = 65'536;  ///< names whose embeddings are kept
  std::size_t sessions = 16;
  std::size_t session_bytes = std::size_t{512} << 20;
  double session_seconds = 900;
};

}  // namespace relprompt::serve
