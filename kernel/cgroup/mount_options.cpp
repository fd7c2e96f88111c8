#include "kernel/cgroup/mount_options.hpp"
#include "kernel/cgroup/cgroup.hpp"

namespace forkproof {

namespace {

constexpr Text NAME = "name=", RELEASE_AGENT = "release_agent=";

bool may_name(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '_' || c == '-';
}

Errno set_name(CgroupOptions& options, Text name) {
    if (name.size == 0 || name.size >= MAX_CGROUP_ROOT_NAMELEN || options.name.size != 0)
        return Errno::EINVAL;
    for (std::size_t i = 0; i < name.size; i++)
        if (!may_name(name.data[i])) return Errno::EINVAL;
    options.name = name;
    return Errno::OK;
}

} // namespace

Result<CgroupOptions> parse_cgroup_options(Text data) {
    CgroupOptions options;
    bool none = false;
    if (data.size == 0) data = "all";
    while (data.size != 0) {
        const Text word = data.until(data.find(','));
        data = data.from(word.size + 1);
        if (word.size == 0 || word == "noprefix" || word.starts_with(RELEASE_AGENT)) return Errno::EINVAL;
        if (word == "all" || word == "ns") {
            options.ns = true;
        } else if (word == "none") {
            none = true;
        } else if (word.starts_with(NAME)) {
            if (const Errno e = set_name(options, word.from(NAME.size)); e != Errno::OK) return e;
        } else {
            return Errno::ENOENT;
        }
    }
    if ((options.ns && none) || (!options.ns && options.name.size == 0)) return Errno::EINVAL;
    return options;
}

} // namespace forkproof
