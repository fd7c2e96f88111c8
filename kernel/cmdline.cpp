#include "kernel/cmdline.hpp"
#include "invariants/flags.hpp"
#include "invariants/later_rules.hpp"

namespace forkproof {

namespace {

/// A text put together at compile time: lists of what is known, in the words of the tables they come from.
template <std::size_t Size>
struct FixedText {
    char data[Size] = {};
    std::size_t size = 0;
    constexpr void add(const char* s) {
        while (*s) data[size++] = *s++;
    }
    constexpr void add_name(const char* name) {
        if (size != 0) add(" ");
        add(name);
    }
    [[nodiscard]] constexpr Text text() const { return {data, size}; }
};

/// The errnos that a call may return to ring 3 end where the kernel's private ones begin (linux/errno.h).
constexpr int FIRST_PRIVATE_ERRNO = 512;

constexpr auto known_rules = [] {
    FixedText<512> list;
    for (const auto& row : rule_texts.row) list.add_name(row.name);
    return list;
}();
constexpr auto known_profiles = [] {
    FixedText<512> list;
    for (const auto& p : profiles) list.add_name(p.name);
    list.add_name(profile_linux_6_1.name);
    list.add("; each rule after it with a minus, as in default,-newns-fs");
    return list;
}();
constexpr auto known_errnos = [] {
    FixedText<512> list;
    for (const auto& row : errno_names)
        if (static_cast<int>(row.number) < FIRST_PRIVATE_ERRNO) list.add_name(row.name);
    return list;
}();

constexpr auto known_flags = [] {
    FixedText<512> list;
    for (const auto& row : flag_names) list.add_name(row.name);
    return list;
}();

struct Parser {
    CommandLine& result;
    CommandLineError& error;

    bool refuse(Text what, Text word, Text known = {}) {
        error = {what, word, known};
        return false;
    }

    bool number(Text value, u32& to) {
        if (value.size == 0) return refuse("a number is missing", value);
        u64 n = 0;
        for (std::size_t i = 0; i < value.size; i++) {
            if (value.data[i] < '0' || value.data[i] > '9') return refuse("not a decimal number", value);
            n = n * 10 + static_cast<u64>(value.data[i] - '0');
            if (n > ~u32{0}) return refuse("number too large", value, "1 to 4294967295");
        }
        if (n == 0) return refuse("number too small", value, "1 to 4294967295");
        to = static_cast<u32>(n);
        return true;
    }

    bool program(Text value) {
        if (!value.starts_with("/"))
            return refuse("program= needs a path from the root, as /bin/tour", value);
        result.program = value;
        return true;
    }
    bool args(Text value) {
        result.args = value;
        return true;
    }

    bool switch_off(Text name, RuleSet profile) {
        for (int i = 0; i < static_cast<int>(RuleId::end); i++) {
            const auto id = static_cast<RuleId>(i);
            if (name.size == 0 || !(name == rule_name(id))) continue;
            if (!profile.has(id)) return refuse("a rule that this profile does not have", name);
            if (!result.rules.has(id)) return refuse("a rule named twice", name);
            result.rules = result.rules.without(id);
            return true;
        }
        return refuse("unknown rule", name, known_rules.text());
    }
    bool rules(Text value) {
        RuleSet profile = profile_default;
        for (bool first = true;; first = false) {
            const Text item = value.until(value.find(','));
            if (item.starts_with("-")) {
                if (!switch_off(item.from(1), profile)) return false;
            } else {
                const Profile* found = item == profile_linux_6_1.name ? &profile_linux_6_1 : nullptr;
                result.linux_6_1 = found;
                for (const auto& p : profiles)
                    if (item == p.name) found = &p;
                if (!found || !first)
                    return refuse("rules= takes a profile first, then -NAME each; this is neither", item,
                                  known_profiles.text());
                result.rules = profile = found->rules;
            }
            if (item.size == value.size) return true;
            value = value.from(item.size + 1);
        }
    }

    bool fail(Text value) {
        FailRequest& f = result.fail;
        f.step = value.until(value.find(':'));
        if (f.step.size == 0)
            return refuse("fail= needs a step's name", value, "fail=STEP[:N[:ERRNO]]|each|nth");
        if (f.step.size == value.size) return true;
        f.numbered = true;
        Text rest = value.from(f.step.size + 1);
        const Text nth = rest.until(rest.find(':'));
        if (!number(nth, f.nth)) return false;
        if (nth.size == rest.size) return true;
        return errno_name(rest.from(nth.size + 1), f.error);
    }

    bool errno_name(Text name, Errno& to) {
        for (const auto& row : errno_names)
            if (name == row.name && static_cast<int>(row.number) < FIRST_PRIVATE_ERRNO)
                return to = row.number, true;
        return refuse("unknown errno", name, known_errnos.text());
    }

    bool ladder(Text value) {
        if (!(value == "linux-2.6.33")) return refuse("there is no such ladder", value, "linux-2.6.33");
        return result.ladder_2_6_33 = true;
    }

    bool lsm(Text value) {
        SecurityPolicy& policy = result.lsm;
        const Text names = value.until(value.find(':'));
        for (Text rest = names;;) {
            const Text name = rest.until(rest.find(','));
            u32 bit = 0;
            for (const auto& row : flag_names)
                if (name == row.name) bit = row.bit;
            if (bit == 0) return refuse("unknown flag of clone()", name, known_flags.text());
            policy.denied |= bit;
            if (name.size == rest.size) break;
            rest = rest.from(name.size + 1);
        }
        return names.size == value.size || errno_name(value.from(names.size + 1), policy.error);
    }

    bool check(Text value) {
        if (value == "off") {
            result.check = CheckMode::off;
        } else if (value == "call") {
            result.check = CheckMode::call;
        } else if (value == "step") {
            result.check = CheckMode::step;
        } else {
            return refuse("unknown value of check=", value, "off call step");
        }
        return true;
    }
    bool console(Text value) {
        if (!(value == "ttyS0")) return refuse("unknown value of console=", value, "ttyS0");
        return result.console_serial = true;
    }
    bool max_threads(Text value) { return number(value, result.max_threads); }
    bool provoke(Text value) {
        result.provoke = value;
        return true;
    }
    bool memory(Text value) { return number(value, result.memory); }
    bool stacks(Text) { return result.stacks = true; }
    bool quiet(Text) { return result.quiet = true; }
};

struct KnownWord {
    const char* name;
    const char* usage;
    bool has_value, may_be_empty;
    bool (Parser::*take)(Text value);
};
constexpr KnownWord known_words[] = {
    {"program", "program=/PATH", true, false, &Parser::program},
    {"args", "args=\"WORDS\"", true, true, &Parser::args},
    {"rules", "rules=[PROFILE,]-NAME,...", true, false, &Parser::rules},
    {"fail", "fail=STEP[:N[:ERRNO]]|each|nth", true, false, &Parser::fail},
    {"check", "check=off|call|step", true, false, &Parser::check},
    {"console", "console=ttyS0", true, false, &Parser::console},
    {"ladder", "ladder=linux-2.6.33", true, false, &Parser::ladder},
    {"lsm", "lsm=FLAG,...[:ERRNO]", true, false, &Parser::lsm},
    {"max_threads", "max_threads=N", true, false, &Parser::max_threads},
    {"memory", "memory=MEGABYTES", true, false, &Parser::memory},
    {"provoke", "provoke=FAULT", true, false, &Parser::provoke},
    {"quiet", "quiet", false, false, &Parser::quiet},
    {"stacks", "stacks", false, false, &Parser::stacks},
};
constexpr u32 WORD_COUNT = sizeof known_words / sizeof known_words[0];

constexpr auto known_word_list = [] {
    FixedText<512> list;
    for (const auto& w : known_words) list.add_name(w.usage);
    return list;
}();

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::size_t word_end(Text line, std::size_t i) {
    while (i < line.size && !is_blank(line.data[i])) i++;
    return i;
}

/// A word of the line, taken apart: NAME, NAME=VALUE or NAME="VALUE WITH BLANKS".
struct Word {
    Text all, name, value;
    bool has_value = false;
};

/// Takes the word at `at` and moves `at` behind it.
bool next_word(Parser& parser, Text line, std::size_t& at, Word& word) {
    const std::size_t begin = at;
    std::size_t end = word_end(line, begin);
    const Text plain(line.data + begin, end - begin);
    const std::size_t equals = plain.find('=');
    word = {plain, plain.until(equals), plain.from(equals + 1), equals < plain.size};
    if (word.value.starts_with("\"")) {
        const std::size_t open = begin + equals + 1;
        const Text rest = line.from(open + 1);
        const std::size_t length = rest.find('"');
        if (length == rest.size) return parser.refuse("a quotation mark is never closed", line.from(begin));
        word.value = rest.until(length);
        end = open + length + 2;
        word.all = {line.data + begin, end - begin};
        if (end < line.size && !is_blank(line.data[end]))
            return parser.refuse("something follows a closing quotation mark",
                                 line.from(begin).until(end - begin + 1));
    } else if (plain.find('"') != plain.size) {
        return parser.refuse("a quotation mark may only stand right after NAME=", plain);
    }
    at = end;
    return true;
}

bool take_word(Parser& parser, const Word& word, u32& seen) {
    for (u32 i = 0; i < WORD_COUNT; i++) {
        const KnownWord& known = known_words[i];
        if (!(word.name == known.name)) continue;
        if (seen >> i & 1) return parser.refuse("a word is given twice", word.all);
        seen |= 1U << i;
        if (word.has_value != known.has_value)
            return parser.refuse(known.has_value ? "a word needs a value" : "a word takes no value", word.all,
                                 known.usage);
        if (known.has_value && !known.may_be_empty && word.value.size == 0)
            return parser.refuse("a word has an empty value", word.all, known.usage);
        return (parser.*known.take)(word.value);
    }
    return parser.refuse("unknown word", word.all, known_word_list.text());
}

/// What fails and leaks on purpose is shown by a program that makes every call, unless another is named.
void choose_program(CommandLine& result, u32 seen) {
    static_assert(Text(known_words[0].name) == "program" && Text(known_words[1].name) == "args");
    Text as;
    if (result.fail.step == "each" || result.fail.step == "nth") as = result.fail.step;
    if (result.provoke == "leaks") as = "dressed";
    if (as.size == 0 || (seen & 3)) return;
    result.program = "/bin/failing";
    result.args = as;
}

} // namespace

bool parse_command_line(Text line, CommandLine& result, CommandLineError& error) {
    result = {};
    error = {};
    Parser parser{result, error};
    if (line.size >= COMMAND_LINE_SIZE)
        return parser.refuse("the command line is longer than 511 characters", line.until(32));
    for (std::size_t i = 0; i < line.size; i++)
        if (static_cast<u8>(line.data[i]) < ' ' && !is_blank(line.data[i]))
            return parser.refuse("a control character", line.from(i).until(1));
    u32 seen = 0;
    for (std::size_t at = 0;;) {
        while (at < line.size && is_blank(line.data[at])) at++;
        if (at == line.size) break;
        Word word;
        if (!next_word(parser, line, at, word) || !take_word(parser, word, seen)) return false;
    }
    choose_program(result, seen);
    return true;
}

} // namespace forkproof
