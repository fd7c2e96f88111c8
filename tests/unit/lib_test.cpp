// kernel/lib: formatted printing, lists, strings.
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "kernel/lib/list.hpp"
#include "kernel/lib/print.hpp"
#include "tests/unit/hostile.hpp"

namespace forkproof::tests {
namespace {

template <class... A>
std::string formatted(Text text, const A&... a) {
    char buffer[256];
    const std::size_t length = format(buffer, sizeof buffer, text, a...);
    EXPECT_EQ(std::strlen(buffer), length);
    return buffer;
}

TEST(Print, PrintsWhatItsCommentSays) {
    EXPECT_EQ(formatted("pid {} of {}", 7, "init"), "pid 7 of init");
    EXPECT_EQ(formatted("{}", -5), "-5");
    EXPECT_EQ(formatted("{x}", 255U), "0xff");
    EXPECT_EQ(formatted("[{8}]", 42), "[      42]");
    EXPECT_EQ(formatted("[{-8}]", 42), "[42      ]");
    EXPECT_EQ(formatted("[{08}]", 42), "[00000042]");
    EXPECT_EQ(formatted("{08x}", 0xbeefU), "0000beef");
    EXPECT_EQ(formatted("{{}"), "{}");
    EXPECT_EQ(formatted("{} {}", true, 'c'), "true c");
    EXPECT_EQ(formatted("{}", Errno::EINVAL), "EINVAL");
}

TEST(Print, PrintsTheExtremesOfEveryType) {
    EXPECT_EQ(formatted("{}", INT64_MIN), "-9223372036854775808");
    EXPECT_EQ(formatted("{}", UINT64_MAX), "18446744073709551615");
    EXPECT_EQ(formatted("{}", INT32_MIN), "-2147483648");
    EXPECT_EQ(formatted("{x}", UINT64_MAX), "0xffffffffffffffff");
    EXPECT_EQ(formatted("{}", 0), "0");
    EXPECT_EQ(formatted("{x}", 0U), "0x0");
    EXPECT_EQ(formatted("{}", static_cast<const char*>(nullptr)), "(null)");
}

TEST(Print, NeverWritesBeyondTheBuffer) {
    for (std::size_t size = 0; size < 32; size++) {
        char buffer[40];
        std::memset(buffer, 'z', sizeof buffer);
        format(buffer, size, "a long text with {} and {08x}", -123456789, 0xdeadbeefU);
        for (std::size_t i = size; i < sizeof buffer; i++) ASSERT_EQ(buffer[i], 'z') << "size " << size;
        if (size > 0) {
            EXPECT_LT(std::strlen(buffer), size);
        }
    }
}

TEST(Print, SurvivesBrokenFormats) {
    for (const char* text : {"{", "{8", "{x", "{-", "{0", "{}{}{}{}", "}", "{{", "{zzz}", "{-08x", "%n%s"}) {
        char buffer[64];
        const Printable one[] = {Printable(1)};
        const std::size_t length = format_buffer(buffer, sizeof buffer, GuardedBytes(text).text(), one, 1);
        EXPECT_LT(length, sizeof buffer) << text;
    }
}

TEST(String, CopyStringAlwaysEnds) {
    char to[4] = {'z', 'z', 'z', 'z'};
    copy_string(to, "abcdef", 4);
    EXPECT_STREQ(to, "abc");
    copy_string(to, "x", 4);
    EXPECT_STREQ(to, "x");
    copy_string(to, "x", 1);
    EXPECT_STREQ(to, "");
    to[0] = 'q';
    copy_string(to, "x", 0);
    EXPECT_EQ(to[0], 'q');
}

TEST(String, TextCutsWithinItself) {
    const Text t = "hello";
    EXPECT_EQ(str(t.from(2)), "llo");
    EXPECT_EQ(str(t.from(5)), "");
    EXPECT_EQ(str(t.from(99)), "");
    EXPECT_EQ(str(t.until(2)), "he");
    EXPECT_EQ(str(t.until(99)), "hello");
    EXPECT_EQ(t.find('l'), 2U);
    EXPECT_EQ(t.find('z'), 5U);
    EXPECT_TRUE(t.starts_with("he"));
    EXPECT_FALSE(t.starts_with("hello!"));
    EXPECT_TRUE(Text("").starts_with(""));
    EXPECT_FALSE(Text("a") == Text("b"));
}

struct Item {
    int value;
    ListNode node;
    explicit Item(int v) : value(v) {}
};
using Items = List<Item, &Item::node>;

std::vector<int> values(Items& list) {
    std::vector<int> all;
    for (Item& item : list) all.push_back(item.value);
    return all;
}

TEST(List, KeepsItsOrder) {
    Items list;
    Item a(1), b(2), c(3);
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.front(), nullptr);
    EXPECT_EQ(list.back(), nullptr);
    list.push_back(b);
    list.push_back(c);
    list.push_front(a);
    EXPECT_EQ(values(list), (std::vector{1, 2, 3}));
    EXPECT_EQ(list.front(), &a);
    EXPECT_EQ(list.back(), &c);
    EXPECT_EQ(list.next(a), &b);
    EXPECT_EQ(list.next(c), nullptr);
    EXPECT_EQ(list.previous(a), nullptr);
    Item between(9);
    Items::insert_before(between, c);
    EXPECT_EQ(values(list), (std::vector{1, 2, 9, 3}));
}

TEST(List, UnlinkingTwiceDoesNothing) {
    Items list;
    Item a(1), b(2);
    list.push_back(a);
    list.push_back(b);
    a.node.unlink();
    a.node.unlink();
    EXPECT_FALSE(a.node.linked());
    EXPECT_EQ(values(list), std::vector{2});
    b.node.unlink();
    EXPECT_TRUE(list.empty());
}

TEST(List, TheCurrentElementMayLeaveWhileWalking) {
    Items list;
    Item a(1), b(2), c(3), d(4);
    for (Item* item : {&a, &b, &c, &d}) list.push_back(*item);
    std::vector<int> seen;
    for (Item& item : list) {
        seen.push_back(item.value);
        if (item.value % 2 == 0) item.node.unlink();
    }
    EXPECT_EQ(seen, (std::vector{1, 2, 3, 4}));
    EXPECT_EQ(values(list), (std::vector{1, 3}));
}

} // namespace
} // namespace forkproof::tests
