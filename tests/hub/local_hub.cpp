#include "local_hub.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/wait.h>
#include <unistd.h>

namespace relprompt::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPython = "/usr/bin/python3";

std::string hex_digest(const EVP_MD* method, const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, method, nullptr);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    char pair[3];
    std::snprintf(pair, sizeof pair, "%02x", digest[i]);
    text += pair;
  }
  return text;
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

bool LocalHub::possible() {
  return fs::exists(kPython) && fs::exists(RELPROMPT_HUB_LIBRARY);
}

LocalHub::LocalHub() {
  server_ = ::fork();
  if (server_ == 0) {
    const int none = ::open("/dev/null", O_WRONLY);
    ::dup2(none, STDERR_FILENO);
    ::execl(kPython, kPython, RELPROMPT_HUB_SERVER, root_.path().c_str(), static_cast<char*>(nullptr));
    std::_Exit(127);
  }
  for (int tries = 0; tries < 600 && !fs::exists(root_ / "ports"); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::ifstream(root_ / "ports") >> hub_port_ >> cdn_port_;
  set("HF_ENDPOINT", address("hub"));
  set("HF_HOME", home_.path().string());
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "HF_HUB_OFFLINE",
                           "TRANSFORMERS_OFFLINE", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"})
    set(name, "");
  set("HF_HUB_ETAG_TIMEOUT", "3");
  set("HF_HUB_DOWNLOAD_TIMEOUT", "2");
  set("no_proxy", "*");
}

LocalHub::~LocalHub() {
  stop();
  for (const auto& [name, before] : environment_) {
    before.first ? ::setenv(name.c_str(), before.second.c_str(), 1) : ::unsetenv(name.c_str());
  }
}

void LocalHub::set(const std::string& name, const std::string& value) {
  const char* before = std::getenv(name.c_str());
  environment_.emplace(name, std::make_pair(before != nullptr, before == nullptr ? "" : before));
  value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
}

void LocalHub::stop() {
  if (server_ < 0) return;
  ::kill(server_, SIGKILL);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

std::string LocalHub::address(const std::string& where) const {
  return "http://127.0.0.1:" + std::to_string(where == "hub" ? hub_port_ : cdn_port_);
}

void LocalHub::add(const std::string& repository, const std::string& file, const std::string& bytes) const {
  const auto path = root_ / repository / file;
  fs::create_directories(path.parent_path());
  write_text(path, bytes);
}

void LocalHub::add_folder(const std::string& repository, const fs::path& folder) const {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) add(repository, entry.path().filename().string(), read_text(entry.path()));
  }
}

void LocalHub::faults(const std::string& json) const {
  // Renamed, so that the server never reads half of it.
  write_text(root_ / "faults.new", json.empty() ? "[]" : json);
  fs::rename(root_ / "faults.new", root_ / "faults.json");
}

std::vector<std::string> LocalHub::requests() const {
  return lines_of(root_ / "log");
}

std::size_t LocalHub::requests_with(const std::string& text) const {
  const auto all = requests();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

void LocalHub::forget_requests() const {
  fs::remove(root_ / "log");
}

std::vector<std::string> LocalHub::cache_files() const {
  std::vector<std::string> all;
  if (!fs::exists(cache())) return all;
  for (const auto& entry : fs::recursive_directory_iterator(cache())) {
    const auto name = entry.path().lexically_relative(cache()).string();
    if (entry.is_symlink()) {
      all.push_back(name + " -> " + fs::read_symlink(entry.path()).string());
    } else if (!entry.is_directory()) {
      all.push_back(name);
    } else if (fs::is_empty(entry.path())) {
      all.push_back(name + "/");
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::string commit_of(const std::string& repository) {
  return hex_digest(EVP_sha1(), repository);
}
std::string sha256_of(const std::string& bytes) {
  return hex_digest(EVP_sha256(), bytes);
}
std::string git_hash_of(const std::string& bytes) {
  return hex_digest(EVP_sha1(), "blob " + std::to_string(bytes.size()) + std::string(1, '\0') + bytes);
}

}  // namespace relprompt::test
