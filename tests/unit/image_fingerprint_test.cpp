// What remembered proofs know of a kernel: any change that a theorem could see changes it. On the kernel that
// `make` has built.
#include "proofs/image_fingerprint.hpp"
#include "proofs/setting.hpp"
#include <algorithm>
#include <array>
#include <gtest/gtest.h>

namespace forkproof::tests {
namespace {

using namespace proofs;

constexpr const char* KERNEL = "build/kernel.elf";

class ImageFingerprintTest : public testing::Test {
  protected:
    ElfFile file = ElfFile::load(KERNEL);
    Image image{file};
    ImageFingerprint before = fingerprint_of(image, file);
};

TEST_F(ImageFingerprintTest, IsTheSameForTheSameKernel) {
    const ImageFingerprint again = fingerprint_of(Image::load(KERNEL), ElfFile::load(KERNEL));
    EXPECT_EQ(again.whole, before.whole);
    EXPECT_EQ(again.names, before.names);
}

TEST_F(ImageFingerprintTest, AByteChangesItsOwnFunctionOnly) {
    ASSERT_GE(image.functions().size(), 3U);
    const Function& changed = image.functions()[1];
    const std::array<u8, 1> byte{static_cast<u8>(image.byte(changed.address) ^ 1)};
    image.patch(changed.address, byte);
    const ImageFingerprint after = fingerprint_of(image, file);
    EXPECT_NE(after.whole, before.whole);
    EXPECT_EQ(after.names, before.names);
    for (const Function& function : image.functions()) {
        if (function.size == 0) continue;
        const auto was = before.of_range(function.address, function.end());
        ASSERT_TRUE(was) << function.name;
        EXPECT_EQ(after.of_range(function.address, function.end()) != was,
                  function.address == changed.address)
            << function.name;
    }
}

TEST_F(ImageFingerprintTest, AFieldWithAnotherNameIsAnotherLayout) {
    std::vector<u8> bytes(file.bytes().begin(), file.bytes().end());
    const std::string name("exit_signal\0", 12); // maybe as the end of a longer name
    unsigned found = 0;
    for (auto at = bytes.begin();
         (at = std::search(at, bytes.end(), name.begin(), name.end())) != bytes.end(); ++at)
        at[0] = 'E', found++;
    ASSERT_GE(found, 1U);
    const ElfFile other("other", bytes);
    const ImageFingerprint after = fingerprint_of(Image(other), other);
    EXPECT_NE(after.names, before.names);
}

TEST_F(ImageFingerprintTest, WhatIsNotThereHasNone) {
    EXPECT_FALSE(before.of_range(0, 4));
    EXPECT_FALSE(before.of_range(image.entry(), image.entry()));
    EXPECT_FALSE(before.address_of("no_such_function"));
    const Function& function = image.functions()[0];
    ASSERT_EQ(image.functions_named(function.name).size(), 1U);
    EXPECT_EQ(before.address_of(function.name), function.address);
}

TEST(MakeSetting, AKernelThatIsNoneIsRefusedInALine) {
    for (const char* bad : {"/nowhere/kernel.elf", "/", "Makefile", "/bin/sh", "build/kernel.boot.elf"}) {
        Options options;
        options.kernel = bad;
        try {
            make_setting(options, true);
            ADD_FAILURE() << bad << " was taken for a kernel";
        } catch (const CannotStart& error) {
            EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
            EXPECT_NE(std::string(error.what()).find(bad), std::string::npos) << error.what();
        }
        EXPECT_FALSE(make_setting(options, false).setting.image) << "no theorem needs it";
    }
}

TEST(MakeSetting, ReadsTheKernelAndTheDiskImage) {
    Options options;
    options.disk_image = "build/forkproof.img";
    const Start start = make_setting(options, true);
    EXPECT_TRUE(start.setting.image && start.setting.layouts);
    EXPECT_FALSE(start.image.whole.empty());
    options.disk_image = "Makefile";
    EXPECT_THROW(make_setting(options, true), CannotStart);
}

} // namespace
} // namespace forkproof::tests
