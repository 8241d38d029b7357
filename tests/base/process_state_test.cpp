// One object a name; that several copies of the code share them shows in tests/cli (interrupts, notes, bus
// errors).
#include "base/process_state.h"

#include <thread>

#include <gtest/gtest.h>

namespace relprompt {
namespace {

struct Counter {
  int value = 0;
};

TEST(ProcessState, HasOneObjectOfAName) {
  auto& first = process_wide<Counter>("test: counter");
  first.value = 7;
  std::thread([] { ++process_wide<Counter>("test: counter").value; }).join();
  EXPECT_EQ(first.value, 8);
  EXPECT_EQ(process_object("test: counter", [] { return static_cast<void*>(nullptr); }), &first)
      << "as another copy of the code would ask";
  EXPECT_NE(static_cast<void*>(&process_wide<int>("test: another")), static_cast<void*>(&first));
}

TEST(ProcessState, IsHandedOver) {
  auto* const own = process_state();
  adopt_process_state(own);
  EXPECT_EQ(process_state(), own);
}

}  // namespace
}  // namespace relprompt
