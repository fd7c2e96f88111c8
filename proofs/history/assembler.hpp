// The few i386 instructions that a ladder is written in (Intel SDM volume 2), with jumps to labels.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace forkproof::proofs {

class Assembler {
  public:
    explicit Assembler(std::uint32_t base) : base_(base) {}

    enum class Jump : std::uint8_t { below = 0x82, equal = 0x84, not_equal = 0x85 }; ///< 0f xx rel32

    [[nodiscard]] std::uint32_t here() const { return base_ + static_cast<std::uint32_t>(bytes_.size()); }
    void label(const std::string& name) { labels_[name] = here(); }

    void mov(std::uint32_t at, std::uint32_t value) { memory({0xc7, 0x05}, at, value); }
    void add(std::uint32_t at, std::uint32_t value) { memory({0x81, 0x05}, at, value); }
    void sub(std::uint32_t at, std::uint32_t value) { memory({0x81, 0x2d}, at, value); }
    void cmp(std::uint32_t at, std::uint32_t value) { memory({0x81, 0x3d}, at, value); }
    void test(std::uint32_t at, std::uint32_t value) { memory({0xf7, 0x05}, at, value); }
    void mov_eax(std::uint32_t value) { with_word({0xb8}, value); }
    void load_eax(std::uint32_t at) { with_word({0xa1}, at); }
    void and_eax(std::uint32_t value) { with_word({0x25}, value); }
    void cmp_eax(std::uint32_t value) { with_word({0x3d}, value); }
    void test_eax_eax() { put({0x85, 0xc0}); }
    void mov_ebx_eax() { put({0x89, 0xc3}); }
    void mov_eax_ebx() { put({0x89, 0xd8}); }
    void push_ebx() { put({0x53}); }
    void pop_ebx() { put({0x5b}); }
    void ret() { put({0xc3}); }

    void jump_if(Jump condition, const std::string& to) {
        relative({0x0f, static_cast<std::uint8_t>(condition)}, to);
    }
    void jump(const std::string& to) { relative({0xe9}, to); }
    void call(const std::string& function) { relative({0xe8}, function); }

    /// Fills in the jumps. Throws std::out_of_range if one leads to a label that stands nowhere.
    [[nodiscard]] std::vector<std::uint8_t> finished();

  private:
    void put(std::initializer_list<std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes); }
    void word(std::uint32_t value);
    void with_word(std::initializer_list<std::uint8_t> opcode, std::uint32_t value);
    void memory(std::initializer_list<std::uint8_t> opcode, std::uint32_t at, std::uint32_t value);
    void relative(std::initializer_list<std::uint8_t> opcode, const std::string& to);

    std::uint32_t base_;
    std::vector<std::uint8_t> bytes_;
    std::map<std::string, std::uint32_t> labels_;
    std::vector<std::pair<std::size_t, std::string>> jumps_; ///< where the offset stands, and to what
};

} // namespace forkproof::proofs
