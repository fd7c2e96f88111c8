// Where indirect calls may lead. Each function that calls through a pointer has a row here, which says what
// the pointer may be; the rows are the analysis's assumptions, printed with the theorems, and checked against
// the image as far as it can tell: no call through a pointer without a row, no row without a call, and no
// function whose address is taken that no row and no gate accounts for.
#pragma once
#include "proofs/stack/instruction.hpp"
#include <set>

namespace forkproof::proofs::stack {

/// One row: what the calls through pointers in `caller` may reach.
struct Pointed {
    enum class By {
        column, ///< the words of the objects `what` at `first`, `first` + `step`, ...
        lambda, ///< functions made of lambdas with the parameters `what`, whose address code takes
        named,  ///< the function `what`
        inside, ///< a label of the same function, which its code takes the address of
    };
    std::string caller; ///< the function's name
    By by;
    std::vector<std::string> what;
    Address first = 0, step = 0;
    std::string why;
};

class Pointers {
  public:
    /// Reads the tables, and the code for the addresses that it takes.
    Pointers(const Reader& reader, std::vector<Pointed> rows);

    /// What a call or jump through a pointer may reach. Stops if the function around it has no row.
    [[nodiscard]] std::vector<Address> targets(const Move& call) const;
    /// For a jump through a pointer that stays in its function: where. Stops if there are two such labels.
    [[nodiscard]] std::optional<Address> label(const Move& jump) const;
    /// Where the code has indirect calls without a row, rows without calls, and addresses that nothing
    /// accounts for: one line each.
    [[nodiscard]] std::vector<std::string>
    gaps(const std::vector<std::pair<std::string, std::string>>& entries) const;
    /// The rows of these callers with what they came to, a line each.
    [[nodiscard]] std::vector<std::string> assumptions(const std::set<std::string>& callers) const;
    /// Limits a caller to one of the functions that its rows say, as when the number of a call is known.
    /// Stops if it is none of them.
    void choose(const std::string& caller, Address function);

  private:
    [[nodiscard]] std::string caller_of(const Move& i) const;
    [[nodiscard]] std::set<Address> resolve(const Pointed& row) const;
    void column(const Pointed& row, const Range& object, std::set<Address>& found) const;
    void sweep(const Range& function);

    const Reader& reader_;
    const Code& code_;
    std::vector<Pointed> rows_;
    std::map<Address, std::set<Address>> taken_; ///< function entries, and where code or data takes them
    std::map<Address, Address> labels_;          ///< addresses inside functions that their own code takes
    std::map<std::string, Address> sites_;       ///< callers through pointers, with one of the calls each
    std::map<std::string, std::set<Address>> reach_;
    std::map<std::string, Address> chosen_;
};

/// "void*, Task&" of "take_census(Task const*)::{lambda(void*, Task&)#2}::_FUN(void*, Task&)"; else empty.
std::string lambda_parameters(const std::string& name);

} // namespace forkproof::proofs::stack
