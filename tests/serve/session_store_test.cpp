#include "serve/session_store.h"

#include <gtest/gtest.h>

#include "relprompt/segmenter.h"

#include "test_support.h"

namespace relprompt::serve {
namespace {

class SessionStoreTest : public testing::Test {
 protected:
  SessionStoreTest()
      : model_(std::make_shared<const OpenModel>("demo", RELPROMPT_SOURCE_DIR "/models/demo", options())) {
    Segmenter segmenter(model_->model);
    segmenter.set_classes(parse_class_list("circle, square"), text());
    scores_ = segmenter.score(Image{32, 32, std::vector<std::uint8_t>(32 * 32 * 3, 90)});
  }

  static ModelOptions options() {
    ModelOptions options;
    options.threads = 1;
    options.pack_cache = false;
    return options;
  }
  static TextOptions text() {
    TextOptions text;
    text.use_cache = false;
    return text;
  }

  SessionPointer session(std::size_t bytes) const {
    auto made = std::make_shared<Session>();
    made->model = model_;
    made->scores = scores_;
    const auto own = made->bytes();
    made->image.rgb.resize(bytes - own);
    EXPECT_EQ(made->bytes(), bytes);
    return made;
  }

  static constexpr std::size_t kBytes = 1'000'000;
  ModelPointer model_;
  KeptScores scores_;
  SessionStore::Clock::time_point now_ = SessionStore::Clock::now();
};

TEST_F(SessionStoreTest, IdsAreLongAndDifferent) {
  SessionStore store(4, 10 * kBytes, 60);
  const auto first = store.add(session(kBytes)), second = store.add(session(kBytes));
  EXPECT_EQ(first.size(), 32u);
  EXPECT_NE(first, second);
  EXPECT_TRUE(store.find(first));
  EXPECT_FALSE(store.find("other"));
  EXPECT_TRUE(store.remove(first));
  EXPECT_FALSE(store.remove(first));
  EXPECT_FALSE(store.find(first));
  EXPECT_EQ(store.size(), 1u);
  EXPECT_EQ(store.bytes(), kBytes);
}

TEST_F(SessionStoreTest, TheLeastRecentlyUsedGoes) {
  SessionStore by_number(2, 100 * kBytes, 60), by_bytes(100, 2 * kBytes + 5, 60);
  for (SessionStore* store : {&by_number, &by_bytes}) {
    const auto a = store->add(session(kBytes)), b = store->add(session(kBytes));
    EXPECT_TRUE(store->find(a));
    const auto c = store->add(session(kBytes));
    EXPECT_TRUE(store->find(a));
    EXPECT_FALSE(store->find(b));
    EXPECT_TRUE(store->find(c));
    EXPECT_LE(store->bytes(), 2 * kBytes);
  }
}

TEST_F(SessionStoreTest, WhatIsTooLargeIsNotKept) {
  SessionStore store(2, kBytes, 60), none(0, kBytes, 60);
  const auto first = store.add(session(kBytes / 2));
  EXPECT_EQ(store.add(session(kBytes + 1)), "");
  EXPECT_TRUE(store.find(first)) << "and nothing went for it";
  EXPECT_EQ(none.add(session(kBytes)), "");
}

TEST_F(SessionStoreTest, TimePasses) {
  SessionStore store(4, 10 * kBytes, 60);
  const auto a = store.add(session(kBytes), now_), b = store.add(session(kBytes), now_);
  EXPECT_TRUE(store.find(a, now_ + std::chrono::seconds(50)));
  store.expire(now_ + std::chrono::seconds(70));
  EXPECT_EQ(store.size(), 1u);
  EXPECT_FALSE(store.find(b, now_ + std::chrono::seconds(70)));
  EXPECT_TRUE(store.find(a, now_ + std::chrono::seconds(70)));
  EXPECT_FALSE(store.find(a, now_ + std::chrono::seconds(131)));
}

}  // namespace
}  // namespace relprompt::serve
