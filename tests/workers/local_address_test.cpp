#include "workers/local_address.h"

#include "worker_process.h"

namespace relprompt::workers {
namespace {

TEST(LocalAddress, TowardsThisMachineIsLoopback) {
  EXPECT_EQ(local_address_towards("127.0.0.1"), "127.0.0.1");
  EXPECT_TRUE(is_loopback(local_address_towards("localhost")));
}

TEST(LocalAddress, KnowsLoopback) {
  EXPECT_TRUE(is_loopback("127.0.1.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("10.127.0.1"));
}

TEST(LocalAddress, UnknownHostIsNamed) {
  EXPECT_ERROR(local_address_towards("no-such-host.invalid"), ErrorCode::kBadArgument,
               "'no-such-host.invalid'");
}

TEST(LocalAddress, AnswersOnlyWhereSomebodyListens) {
  const test::Listener listener;
  EXPECT_TRUE(answers("127.0.0.1", listener.port(), std::chrono::seconds(5)));
  EXPECT_FALSE(answers("127.0.0.1", test::free_port(), std::chrono::seconds(5)));
}

TEST(LocalAddress, HostHasAName) {
  EXPECT_NE(host_name(), "");
}

}  // namespace
}  // namespace relprompt::workers
