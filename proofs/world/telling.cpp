#include "proofs/world/telling.hpp"
#include "invariants/errno.hpp"
#include "proofs/rules/counterexample.hpp"
#include "proofs/world/in_bochs.hpp"
#include <algorithm>
#include <fmt/core.h>
#include <iterator>

namespace forkproof::proofs {

namespace {

constexpr std::size_t MOST_EVENTS = 10; ///< of a path are told, the last ones

std::uint64_t value_in(const z3::model& model, const Word& word) {
    if (word.known()) return word.value();
    std::uint64_t n = 0;
    model.eval(word.term(), true).is_numeral_u64(n);
    return n;
}

/// Small numbers as people write them, others in hexadecimal.
std::string number(std::uint64_t n, unsigned width) {
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    constexpr std::uint64_t SMALL = 4096;
    if (n < SMALL) return fmt::format("{}", n);
    const std::uint64_t negated = (~n + 1) & (sign | (sign - 1));
    return negated < SMALL ? fmt::format("-{}", negated) : fmt::format("{:#x}", n);
}

/// What people call an errno.
std::string errno_or_number(std::uint64_t n, unsigned width) {
    const std::string name = errno_name(static_cast<Errno>(n));
    return name == "?" || name == "OK" ? number(n, width) : name;
}

std::string place(const Scene& scene, std::uint32_t address) {
    const Image& image = const_cast<Scene&>(scene).world().image();
    const std::string line = image.line_of(address);
    return line.empty() ? image.name_of(address) : fmt::format("{} ({})", line, image.name_of(address));
}

std::string shown_value(const Scene::Shown& shown, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    if (shown.flags) return flag_words(word);
    return shown.name == "rules" ? rule_set_words(RuleSet(word), shipped_rule_table())
                                 : number(value, shown.word.width());
}

/// The path as calls and taken branches, the last of them.
std::vector<std::string> way(const Scene& scene, const State& state) {
    const Image& image = const_cast<Scene&>(scene).world().image();
    std::vector<std::string> lines;
    int depth = 0;
    std::vector<const Event*> events;
    for (const Event* e = state.events().get(); e; e = e->before.get()) events.push_back(e);
    std::reverse(events.begin(), events.end());
    std::string last;
    for (const Event* e : events) {
        std::string line;
        const auto indent = static_cast<std::size_t>(2 * std::clamp(depth, 0, 8));
        switch (e->kind) {
        case Event::Kind::call:
            if (const Function* f = image.function_at(e->target))
                line = fmt::format("{:{}}{}", "", indent, f->name);
            depth++;
            break;
        case Event::Kind::returned: depth--; continue;
        case Event::Kind::taken:
            line = fmt::format("{:{}}branch taken at {}", "", indent, image.line_of(e->at));
            break;
        case Event::Kind::passed: continue;
        case Event::Kind::note: line = fmt::format("{:{}}{}", "", indent, e->note); break;
        }
        if (line != last) lines.push_back(line);
        last = line;
    }
    if (lines.size() > MOST_EVENTS) {
        lines.erase(lines.begin(), lines.end() - MOST_EVENTS);
        lines.front() = "...";
    }
    for (std::string& line : lines) line.insert(0, "  ");
    return lines;
}

const std::string IN_BOCHS = "in Bochs    ";
bool is_command(const std::string& line) { return line.starts_with(IN_BOCHS); }

/// Statements at the end of a path know how to show it; in its middle this is left to say.
std::string command_of(const Scene& scene, const Path& path, const z3::model& model) {
    const std::string command = scene.reproduce([&](const Word& w) { return value_in(model, w); });
    if (path.ending != Ending::violation) return command;
    try {
        return with_its_famine(command, const_cast<Scene&>(scene).world(), path.state);
    } catch (const CannotTell&) {
        return ""; // of ways that have met
    }
}

} // namespace

Valuation values_of(const z3::model& model) {
    Valuation values;
    for (unsigned i = 0; i < model.num_consts(); i++) {
        const z3::func_decl d = model.get_const_decl(i);
        const z3::expr value = model.get_const_interp(d);
        std::uint64_t n = 0;
        if (value.is_bool())
            n = value.is_true();
        else if (!value.is_numeral_u64(n))
            continue;
        values[d.name().str()] = n;
    }
    return values;
}

std::vector<std::string> tell(const Scene& scene, const Path& path, const std::string& words,
                              std::uint32_t address, const Word* got, const Word* expected,
                              const z3::model& model, const std::vector<Scene::Shown>& shown) {
    std::vector<std::string> lines;
    if (got) {
        const bool is_errno = words.starts_with("errno");
        auto said = [&](const Word& word) {
            return (is_errno ? errno_or_number : number)(value_in(model, word), word.width());
        };
        lines.push_back(fmt::format("{}: expected {}, got {}", words, said(*expected), said(*got)));
    } else {
        lines.push_back(words);
    }
    const auto& written = path.state.memory.written();
    const auto by = written.find(address & ~3U);
    if (address != 0 && by != written.end() && by->second.by != 0)
        lines.push_back("written at  " + place(scene, by->second.by));
    else if (path.ending == Ending::violation && path.state.ip != RETURN_TO_NOBODY)
        lines.push_back("at          " + place(scene, path.state.ip));
    lines.push_back("start       " + scene.title());
    for (const Scene::Shown& s : shown) {
        const std::uint64_t value = value_in(model, s.word);
        if (s.word.width() <= 8 && value == 0) continue; // one of many things that may be so, and is not
        lines.push_back(fmt::format("{:<11} {}", s.name, shown_value(s, value)));
    }
    lines.emplace_back("path:");
    for (std::string& line : way(scene, path.state)) lines.push_back(std::move(line));
    if (scene.reproduce)
        if (const std::string command = command_of(scene, path, model); !command.empty())
            lines.push_back(IN_BOCHS + command);
    return lines;
}

std::vector<std::string> replay(const Setting& setting, const MachineBody& body, Aspect aspect,
                                const Refuted& refuted) {
    MachineProof again(setting, "", aspect, &refuted);
    std::string different = "nothing breaks";
    std::vector<std::string> lines = refuted.lines;
    try {
        body(again);
    } catch (const Refuted& second) {
        // Of a wild pointer one value is enough: it breaks in the same place, in words of its own.
        const bool same = second.words == refuted.words || (refuted.at != 0 && second.at == refuted.at);
        if (same && second.scene == refuted.scene) {
            lines = second.lines;
            // The command is the first one's: what does not matter is there as a boot has it, here it is
            // anything.
            std::erase_if(lines, is_command);
            std::copy_if(refuted.lines.begin(), refuted.lines.end(), std::back_inserter(lines), is_command);
            lines.insert(lines.begin() + 1, "replayed    with plain numbers: the same");
            return lines;
        }
        different = second.words;
    } catch (const NotProved& failed) {
        different = failed.lines.empty() ? "another failure" : failed.lines.front();
    } catch (const CannotTell& limit) {
        different = limit.what();
    }
    lines.insert(lines.begin() + 1,
                 "NOT REPLAYED with plain numbers: " + different + " (a bug of the prover)");
    return lines;
}

} // namespace forkproof::proofs
