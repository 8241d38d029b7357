#include "processes/host_list.h"

#include <gtest/gtest.h>

namespace relprompt::processes {
namespace {

TEST(HostList, TakesTheFirstHost) {
  EXPECT_EQ(first_host("node7"), "node7");
  EXPECT_EQ(first_host("gpu-1.site,gpu-2.site"), "gpu-1.site");
  EXPECT_EQ(first_host("node[03-07,9]"), "node03");
  EXPECT_EQ(first_host("node[9,11-12],big[1-2]"), "node9");
  EXPECT_EQ(first_host("node[5]"), "node5");
  EXPECT_EQ(first_host("rack[1-2]node[05-07]-ib"), "rack1node05-ib");
}

TEST(HostList, MalformedListsHaveNone) {
  for (const char* list :
       {"", ",a", "node[", "node[]", "node[3", "node[-3]", "node[a-b]", "node[3", "a b", "x]"}) {
    EXPECT_EQ(first_host(list), "") << list;
  }
}

}  // namespace
}  // namespace relprompt::processes
