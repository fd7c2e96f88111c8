#pragma once
#include <set>
#include <string>

#include "debug/initrd.hpp"
#include "user/play/script.hpp"

namespace forkproof::runner {

/// A witness script that has been read: what it asks of the machine, and what it predicts.
class Witness {
  public:
    /// Throws image::Error: "FILE: line 3: unknown call: ...".
    explicit Witness(const std::string& file);
    Witness(const Witness&) = delete; // the script points into the text
    Witness& operator=(const Witness&) = delete;

    /// Its name; of several rules that it takes together, joined by commas.
    [[nodiscard]] std::string rule() const;
    /// "-newns-fs", as the kernel command line switches it off.
    [[nodiscard]] std::string rules_off() const;
    /// Words for the kernel command line.
    [[nodiscard]] std::string machine() const;
    /// The invariants that break without the rule.
    [[nodiscard]] std::set<std::string> breaks() const;
    /// The call that breaks them, as the kernel will say it: "clone(FS | NEWNS | SIGCHLD) by pid 1, which
    /// made pid 3". Numbers are given out in the order of the script; 2 is kthreadd.
    [[nodiscard]] std::string call() const;
    /// With the rule in force: its errno, and to which call; or that all calls are accepted.
    [[nodiscard]] std::string answer() const;
    /// What goes into the initrd: the player as /init, the script, and a set-uid program if it needs one.
    [[nodiscard]] std::vector<InitrdFile> files(const std::string& player) const;

  private:
    std::string text_;
    play::Script script_;
};

} // namespace forkproof::runner
