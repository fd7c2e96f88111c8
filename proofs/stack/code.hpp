// What the stack analysis reads: the kernel's code and constant data as bytes, and where functions and
// objects lie. Made from the image, or by hand in tests.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace forkproof::proofs {
class Image;
}

namespace forkproof::proofs::stack {

using Address = std::uint32_t;

/// What ends an analysis that cannot say anything: where, what, and what to do about it.
struct Stopped : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A named range: a function, or an object in constant data.
struct Range {
    std::string name; ///< without parameters, and without the compiler's mark on what it split or cloned
    Address begin = 0, size = 0;
    std::string with_parameters{};
    [[nodiscard]] bool holds(Address a) const { return a - begin < size; }
};

struct Segment {
    Address begin = 0;
    std::vector<std::uint8_t> bytes;
    bool executable = false;
    [[nodiscard]] bool holds(Address a) const { return a - begin < bytes.size(); }
};

class Code {
  public:
    void add(Segment segment) { segments_.push_back(std::move(segment)); }
    void add_function(Range f) { functions_.insert_or_assign(f.begin, std::move(f)); }
    void add_object(Range o) { objects_.push_back(std::move(o)); }

    [[nodiscard]] const std::map<Address, Range>& functions() const { return functions_; }
    [[nodiscard]] const std::vector<Range>& objects() const { return objects_; }
    [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }

    [[nodiscard]] bool is_entry(Address a) const { return functions_.contains(a); }
    /// The function around an address; null: none.
    [[nodiscard]] const Range* around(Address a) const;
    /// "name", "name+0x12", or the bare address.
    [[nodiscard]] std::string where(Address a) const;
    [[nodiscard]] bool has(const std::string& name) const;
    /// The function of this name. Stops if there is none, or more than one.
    [[nodiscard]] Address entry(const std::string& name) const;
    /// The object of this name. Stops if there is none.
    [[nodiscard]] const Range& object(const std::string& name) const;

    /// The bytes of code from here on; empty outside of code.
    [[nodiscard]] std::span<const std::uint8_t> code_at(Address a) const;
    /// The word at this address of data or code. Stops outside of what the image holds.
    [[nodiscard]] std::uint32_t word(Address a) const;

  private:
    std::vector<Segment> segments_;
    std::map<Address, Range> functions_;
    std::vector<Range> objects_;
};

/// Whether a name is the pattern, or begins like a pattern with * at its end.
bool fits(const std::string& name, const std::string& pattern);

/// What an image holds, with these objects of it. Stops if it has one of them not.
Code code_of(const Image& image, const std::vector<std::string>& objects);

} // namespace forkproof::proofs::stack
