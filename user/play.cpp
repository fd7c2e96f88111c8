// play: plays a witness script (play/script.hpp), each task of it the lines that are its own, in the order of
// the script. It is init itself: the runner puts it into the initrd as /init, the script as /script, and a
// set-uid copy of it as /play-root. It switches the machine off with
//   0  the rule refused the call that it should; of an effect: all calls were accepted
//   3  all calls were accepted, and nothing has stopped them        4  another answer        2  no such
//   script
// Whether an invariant broke is not for it to say: that is the kernel's word.
#include "play/player.hpp"

namespace {

using namespace forkproof::play;

constexpr char SCRIPT[] = "/script";
constexpr int WRONG_USE = 2;
constexpr std::size_t MOST_TEXT = 8192;
char text[MOST_TEXT];

int complain(const ScriptError& error) {
    user::fprintf(2, "play: script");
    if (error.line != 0) user::fprintf(2, ", line %d", error.line);
    user::fprintf(2, ": %s", error.what);
    if (!error.word.empty()) user::fprintf(2, ": `%.*s`", static_cast<int>(error.word.size), error.word.data);
    user::fprintf(2, "%s%s\n", error.known[0] != '\0' ? "; known: " : "", error.known);
    return WRONG_USE;
}

/// The script's text; false if there is none that fits.
bool load(Words& script) {
    const int fd = user::open(SCRIPT, user::O_RDONLY);
    const int bytes = user::failed(fd) ? fd : user::read(fd, text, sizeof text);
    if (!user::failed(fd)) user::close(fd);
    if (bytes <= 0 || bytes == static_cast<int>(sizeof text)) {
        user::fprintf(2, "play: no %s of 1 to %d bytes (%s); see make break SCRIPT=file\n", SCRIPT,
                      static_cast<int>(sizeof text) - 1, user::answer_text(bytes).c_str());
        return false;
    }
    script = {text, static_cast<std::size_t>(bytes)};
    return true;
}

/// An exec of one of the script's tasks begins anew here: play --task NAME.
bool goes_on_as(int argc, char** argv) { return argc == 3 && user::same(argv[1], GOES_ON); }

} // namespace

int main(int argc, char** argv) {
    static Script script;
    ScriptError error;
    Words words;
    int status = WRONG_USE;
    if (load(words)) {
        if (!read_script(words, script, error)) {
            status = complain(error);
        } else if (goes_on_as(argc, argv)) {
            go_on(script, argv[2]);
        } else if (user::getpid() == 1) {
            play(script);
        } else {
            user::fprintf(2, "play: it is init that plays a script; see make break SCRIPT=file\n");
        }
    }
    if (user::getpid() == 1) user::power_off(status);
    return status;
}
