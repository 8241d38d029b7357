// Downloads that break off, arrive damaged, or are made twice at once.
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub_model.h"

namespace relprompt {
namespace {

using namespace test;
namespace fs = std::filesystem;

fs::path incomplete_of(const LocalHub& hub) {
  auto path = weights_blob(hub);
  return path += ".incomplete";
}

TEST(BrokenDownload, GoesOnWithinARun) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "drop", "after": 60000, "times": 4}])");
  fetch();
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
  for (const char* range : {"bytes=60000-", "bytes=120000-", "bytes=180000-", "bytes=240000-"})
    EXPECT_EQ(hub.requests_with(std::string("signature=secret ") + range), 1U) << range;
  EXPECT_FALSE(fs::exists(incomplete_of(hub)));
}

TEST(BrokenDownload, EndsAfterFiveRetriesAndGoesOnInTheNextRun) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "drop", "after": 10000}])");
  EXPECT_ERROR(fetch(), ErrorCode::kNoNetwork, "model.safetensors");
  EXPECT_EQ(hub.requests_with("cdn GET"), 6U);
  EXPECT_EQ(fs::file_size(incomplete_of(hub)), 60'000U);
  EXPECT_FALSE(fs::exists(hub.cache() / "models--test--tiny/refs/main"));
  hub.faults("");
  hub.forget_requests();
  fetch();
  EXPECT_EQ(hub.requests_with("bytes=60000-"), 2U) << "asked of the hub and of the other host";
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
}

TEST(BrokenDownload, StartsAgainWhereTheServerHasNoRanges) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(
      R"([{"where": "cdn", "do": "drop", "after": 50000, "times": 1}, {"where": "cdn", "do": "no_ranges"}])");
  fetch();
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
}

TEST(BrokenDownload, AConnectionThatFallsSilentIsDropped) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "slow", "chunk": 100000, "seconds": 20, "times": 1}])");
  fetch();
  EXPECT_EQ(hub.requests_with("bytes=100000-"), 2U);
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
}

TEST(BrokenDownload, WrongBytesAreDeletedAndFetchedAgain) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "wrong", "times": 1}])");
  EXPECT_ERROR(fetch(), ErrorCode::kWrongHash, "model.safetensors");
  EXPECT_FALSE(fs::exists(weights_blob(hub)));
  EXPECT_FALSE(fs::exists(incomplete_of(hub)));
  fetch();
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
  hub.faults(R"([{"where": "hub", "method": "GET", "path": "/a.txt", "do": "wrong"}])");
}

TEST(BrokenDownload, WrongSmallFilesAreNoticedToo) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "hub", "method": "GET", "path": "merges.txt", "do": "wrong", "times": 1}])");
  EXPECT_ERROR(fetch(), ErrorCode::kWrongHash, "merges.txt");
  EXPECT_TRUE(fetch().complete);
}

TEST(BrokenDownload, DamagedRestOfAnEarlierRunIsNotBelieved) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  fs::create_directories(weights_blob(hub).parent_path());
  write_text(incomplete_of(hub), std::string(1000, 'x'));
  EXPECT_ERROR(fetch(), ErrorCode::kWrongHash, "it was deleted");
  fetch();
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
  fs::remove(weights_blob(hub));
  write_text(incomplete_of(hub), std::string(400'000, 'x'));  // longer than the file
  fetch();
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
}

TEST(BrokenDownload, KilledInTheMiddleAndResumed) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "slow", "chunk": 20000, "seconds": 0.2, "times": 1}])");
  const pid_t child = ::fork();
  if (child == 0) {
    fetch();
    std::_Exit(0);
  }
  const auto arrived = [&] {
    std::error_code none;
    const auto size = fs::file_size(incomplete_of(hub), none);
    return !none && size >= 40'000;
  };
  for (int tries = 0; tries < 1000 && !arrived(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto kept = fs::file_size(incomplete_of(hub));
  EXPECT_GE(kept, 40'000U);
  hub.forget_requests();
  fetch();
  EXPECT_EQ(hub.requests_with("cdn GET /test/tiny/model.safetensors?signature=secret bytes=" +
                              std::to_string(kept)),
            1U);
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
}

TEST(BrokenDownload, TwoProcessesFetchOnce) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "slow", "chunk": 30000, "seconds": 0.05}])");
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      int status = 1;
      try {
        status = fetch().complete ? 0 : 2;
      } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
      }
      std::_Exit(status);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(hub.requests_with("cdn GET"), 1U);
  EXPECT_EQ(read_text(weights_blob(hub)), weights());
}

TEST(BrokenDownload, StoppedByTheCaller) {
  REQUIRE_LOCAL_HUB(hub);
  add_model(hub);
  hub.faults(R"([{"where": "cdn", "do": "slow", "chunk": 20000, "seconds": 0.15, "times": 1}])");
  hub::FetchRules rules;
  rules.progress = [](const hub::Progress& now) {
    return now.file != "model.safetensors" || now.done < 60'000;
  };
  EXPECT_ERROR(fetch(kModel, rules), ErrorCode::kNoNetwork, "was stopped");
  EXPECT_GT(fs::file_size(incomplete_of(hub)), 10'000U);
  EXPECT_TRUE(fetch().complete);
}

}  // namespace
}  // namespace relprompt
