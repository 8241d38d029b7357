// A pickle is a program for a small stack machine; this is that machine without its dangerous half.
#include "archive/pickle_reader.h"

#include <cstring>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/pickle_bytes.h"
#include "archive/pickle_nesting.h"
#include "archive/pickle_objects.h"
#include "archive/pickle_opcode.h"
#include "archive/pickle_stack.h"

namespace relprompt::archive {
namespace {

constexpr std::uint8_t kNewestProtocol = 5;

[[noreturn]] void malformed(const std::string& what) {
  throw Error(ErrorCode::kPickleMalformed, what);
}

class PickleMachine {
 public:
  PickleMachine(const std::byte* data, std::size_t size) : bytes_(data, size) {}

  PickleTree run() {
    for (Opcode opcode = next_opcode(); opcode != Opcode::kStop; opcode = next_opcode()) {
      const bool known = run_constant(opcode) || run_text(opcode) || run_container(opcode) ||
                         run_memo(opcode) || run_object(opcode);
      if (!known) {
        throw Error(ErrorCode::kPickleOpcode,
                    fmt::format("opcode 0x{:02x} is not on the list of those that are safe to read",
                                static_cast<unsigned>(opcode)),
                    "re-save the weights alone with torch.save(model.state_dict(), path)");
      }
    }
    tree_.root = stack_.result();
    if (!bytes_.at_end()) malformed("bytes follow its end");
    check_nesting(tree_);
    return std::move(tree_);
  }

  /// Where the opcode in progress begins.
  std::size_t place() const { return opcode_at_; }

 private:
  Opcode next_opcode() {
    opcode_at_ = bytes_.place();
    return static_cast<Opcode>(bytes_.take_number<std::uint8_t>());
  }

  bool push(Value value) { return stack_.push(tree_.add(std::move(value))); }

  bool push_number(ValueKind kind, std::int64_t number) {
    Value value;
    value.kind = kind;
    value.number = number;
    return push(std::move(value));
  }

  // Opcodes, by kind. Each returns false if the opcode is not of its kind.

  bool run_constant(Opcode opcode) {
    switch (opcode) {
      case Opcode::kNone:
        return push_number(ValueKind::kNone, 0);
      case Opcode::kNewTrue:
        return push_number(ValueKind::kBool, 1);
      case Opcode::kNewFalse:
        return push_number(ValueKind::kBool, 0);
      case Opcode::kBinInt:
        return push_number(ValueKind::kInt, bytes_.take_number<std::int32_t>());
      case Opcode::kBinInt1:
        return push_number(ValueKind::kInt, bytes_.take_number<std::uint8_t>());
      case Opcode::kBinInt2:
        return push_number(ValueKind::kInt, bytes_.take_number<std::uint16_t>());
      case Opcode::kLong1:
        return push_long(bytes_.take_number<std::uint8_t>());
      case Opcode::kBinFloat:
        return push_double();
      default:
        return false;
    }
  }

  bool push_long(std::uint8_t bytes) {
    const std::byte* digits = bytes_.take(bytes);
    if (bytes > sizeof(std::int64_t)) {
      // A random seed, perhaps; no number of that size means anything for a tensor.
      Value large;
      large.kind = ValueKind::kRecord;
      large.text = "int";
      return push(std::move(large));
    }
    const bool negative = bytes > 0 && (static_cast<unsigned>(digits[bytes - 1]) & 0x80U) != 0;
    std::int64_t number = negative ? -1 : 0;
    std::memcpy(&number, digits, bytes);
    return push_number(ValueKind::kInt, number);
  }

  bool push_double() {
    Value value;
    value.kind = ValueKind::kDouble;
    value.real = bytes_.take_double();
    return push(std::move(value));
  }

  bool run_text(Opcode opcode) {
    switch (opcode) {
      case Opcode::kBinUnicode:
      case Opcode::kBinBytes:
        return push_text(bytes_.take_number<std::uint32_t>());
      case Opcode::kShortBinUnicode:
      case Opcode::kShortBinBytes:
        return push_text(bytes_.take_number<std::uint8_t>());
      case Opcode::kBinUnicode8:
        return push_text(bytes_.take_number<std::uint64_t>());
      default:
        return false;
    }
  }

  bool push_text(std::uint64_t bytes) {
    Value value;
    value.kind = ValueKind::kString;
    value.text = bytes_.take_text(bytes);
    return push(std::move(value));
  }

  bool run_container(Opcode opcode) {
    switch (opcode) {
      case Opcode::kMark:
        return stack_.mark();
      case Opcode::kPop:
        return stack_.discard();
      case Opcode::kPopMark:
        return stack_.discard_to_mark();
      case Opcode::kEmptyTuple:
        return push_items(ValueKind::kTuple, {});
      case Opcode::kEmptyList:
        return push_items(ValueKind::kList, {});
      case Opcode::kEmptyDict:
        return push_items(ValueKind::kDict, {});
      case Opcode::kTuple:
        return push_items(ValueKind::kTuple, stack_.pop_to_mark());
      case Opcode::kTuple1:
        return push_items(ValueKind::kTuple, stack_.pop_count(1));
      case Opcode::kTuple2:
        return push_items(ValueKind::kTuple, stack_.pop_count(2));
      case Opcode::kTuple3:
        return push_items(ValueKind::kTuple, stack_.pop_count(3));
      case Opcode::kAppend:
        return extend(ValueKind::kList, stack_.pop_count(1));
      case Opcode::kAppends:
        return extend(ValueKind::kList, stack_.pop_to_mark());
      case Opcode::kSetItem:
        return extend(ValueKind::kDict, stack_.pop_count(2));
      case Opcode::kSetItems:
        return extend(ValueKind::kDict, stack_.pop_to_mark());
      default:
        return false;
    }
  }

  bool push_items(ValueKind kind, std::vector<ValueId> items) {
    Value value;
    value.kind = kind;
    value.items = std::move(items);
    return push(std::move(value));
  }

  bool extend(ValueKind kind, const std::vector<ValueId>& items) {
    const Value& target = tree_[stack_.top()];
    if (target.kind != kind) malformed("items are put into something that is no container for them");
    if (kind == ValueKind::kDict && items.size() % 2 != 0) malformed("a dict's key has no value");
    tree_.extend(stack_.top(), items);
    return true;
  }

  bool run_memo(Opcode opcode) {
    switch (opcode) {
      case Opcode::kBinGet:
        return stack_.recall(bytes_.take_number<std::uint8_t>());
      case Opcode::kLongBinGet:
        return stack_.recall(bytes_.take_number<std::uint32_t>());
      case Opcode::kBinPut:
        return stack_.remember(bytes_.take_number<std::uint8_t>());
      case Opcode::kLongBinPut:
        return stack_.remember(bytes_.take_number<std::uint32_t>());
      case Opcode::kMemoize:
        return stack_.remember_next();
      default:
        return false;
    }
  }

  bool run_object(Opcode opcode) {
    switch (opcode) {
      case Opcode::kProto:
        return check_protocol();
      case Opcode::kFrame:
        bytes_.take(sizeof(std::uint64_t));
        return true;  // a hint for buffering
      case Opcode::kGlobal:
        return run_global();
      case Opcode::kStackGlobal:
        return run_stack_global();
      case Opcode::kBinPersId:
        return stack_.push(make_storage(tree_, stack_.pop()));
      case Opcode::kReduce:
      case Opcode::kNewObj:
        return run_apply();
      case Opcode::kBuild:
        return run_build();
      default:
        return false;
    }
  }

  bool check_protocol() {
    const auto protocol = bytes_.take_number<std::uint8_t>();
    if (protocol > kNewestProtocol) malformed(fmt::format("protocol {} is unknown", protocol));
    return true;
  }

  bool run_global() {
    const std::string_view module = bytes_.take_line();
    const std::string_view name = bytes_.take_line();
    return stack_.push(make_global(tree_, module, name));
  }

  bool run_stack_global() {
    const std::vector<ValueId> names = stack_.pop_count(2);
    const Value& module = tree_[names[0]];
    const Value& name = tree_[names[1]];
    const bool texts = module.kind == ValueKind::kString && name.kind == ValueKind::kString;
    if (!texts || module.text.size() + name.text.size() > PickleBytes::kLongestName)
      malformed("a name is no short text");
    return stack_.push(make_global(tree_, module.text, name.text));
  }

  bool run_apply() {
    const std::vector<ValueId> operands = stack_.pop_count(2);
    return stack_.push(apply(tree_, operands[0], operands[1]));
  }

  bool run_build() {
    const ValueId state = stack_.pop();
    set_state(tree_, stack_.top(), state);
    return true;
  }

  PickleBytes bytes_;
  PickleStack stack_;
  PickleTree tree_;
  std::size_t opcode_at_ = 0;
};

}  // namespace

PickleTree read_pickle(const std::byte* data, std::size_t size, const std::string& source) {
  PickleMachine machine(data, size);
  try {
    return machine.run();
  } catch (const Error& error) {
    // The parts of the machine know what is wrong, only this place knows where.
    throw Error(error.code(), fmt::format("{}: pickle, byte {}: {}", source, machine.place(), error.what()));
  }
}

}  // namespace relprompt::archive
