// A scene: one start state and the runs that begin in it. A proof goes through scenes; what it finds wrong is
// told in the words of the start state, and replayed with plain numbers before it is told.
#pragma once
#include "proofs/machine/executor.hpp"
#include "proofs/obligations.hpp"
#include "proofs/theorem.hpp"
#include "proofs/world/world.hpp"

namespace forkproof::proofs {

/// One machine theorem under way.
class MachineProof;

class Scene {
  public:
    Scene(MachineProof& proof, std::string title, bool active);

    World& world() { return *world_; }
    MachineProof& proof() { return proof_; }
    [[nodiscard]] const std::string& title() const { return title_; }

    /// From here on only start states that satisfy this are considered. The words are printed with the
    /// theorem, and something is shown to satisfy all assumptions of the scene together.
    void assume(const std::string& words, const Truth& fact);
    void contract(const std::string& function, Contract contract);
    Executor& executor() { return executor_; }

    /// A state to start from: the world, empty stack, kernel segments, callee-saved registers unknown.
    [[nodiscard]] State start();
    /// The state at the end of one run as the start of the next: same memory and assumptions, same stack.
    [[nodiscard]] State start_again(const State& after);
    /// Calls a function of the kernel and follows every path. A path that ends in a violation refutes.
    /// No paths under replay of another scene.
    std::vector<Path> call(const std::string& function, const std::vector<Word>& arguments);
    std::vector<Path> call_from(State start, const std::string& function, const std::vector<Word>& arguments);
    /// From start.ip to where the executor was told to stop.
    std::vector<Path> run(State start);

    /// On this path the claim holds, or the theorem is refuted. The second form names both sides in the
    /// report: "child->signal->count: expected 1, got 0".
    void prove(const Path& path, const std::string& words, const Truth& claim);
    void equal(const Path& path, const std::string& what, const Word& got, const Word& expected,
               std::uint32_t address = 0);
    /// Of a fact that is known without a solver.
    void check(const Path& path, const std::string& words, bool holds) { prove(path, words, holds); }
    /// The part of the path on which this holds; nothing if that is no part at all.
    [[nodiscard]] std::optional<Path> when(const Path& path, const Truth& condition);
    [[nodiscard]] bool possible(const Path& path, const Truth& condition);
    /// The values that a word may have on a path (few).
    [[nodiscard]] std::vector<std::uint64_t> values(const Path& path, const Word& word);
    /// A living object of this kind begins at the address.
    [[nodiscard]] bool is_live(const State& state, std::uint32_t address, const std::string& kind) const;
    /// Every start state satisfies this: the paths together cover all of them.
    void covers(const std::string& words, const z3::expr& condition);
    /// Some path of these satisfies the condition: the theorem speaks of something.
    void reached(const std::string& words, const std::vector<Path>& paths,
                 const std::function<Truth(const Path&)>& condition);

    /// What a reader can type to see a counterexample in Bochs, from the values of the start state.
    std::function<std::string(const std::function<std::uint64_t(const Word&)>& value)> reproduce;
    /// Words of the start state that a counterexample always shows: {"flags", word, as flag names}.
    struct Shown {
        std::string name;
        Word word;
        bool flags = false;
    };
    void show(const std::string& name, const Word& word, bool as_flags = false);

    /// "parent->files->count", or the name of a fresh object's field.
    [[nodiscard]] std::string name_of(const State& state, std::uint32_t address) const;

    /// While it lives, statements are about this.
    class About {
      public:
        About(Scene& scene, Aspect aspect) : scene_(scene), before_(scene.about_) { scene.about_ = aspect; }
        ~About() { scene_.about_ = before_; }
        About(const About&) = delete;
        About& operator=(const About&) = delete;

      private:
        Scene& scene_;
        Aspect before_;
    };

  private:
    friend class MachineProof;
    [[nodiscard]] bool wanted() const;
    std::vector<Path> ended(std::vector<Path> paths, const std::string& what);
    void refuted(const Path& path, const std::string& words, const Truth& claim, std::uint32_t address,
                 const Word* got, const Word* expected);

    MachineProof& proof_;
    std::string title_;
    bool active_;
    std::shared_ptr<World> world_;
    Executor executor_;
    std::vector<z3::expr> assumed_;
    std::vector<Shown> shown_;
    bool satisfiable_asked_ = false;
    Aspect about_ = Aspect::effect;
};

/// A refutation, with what is needed to see it again.
struct Refuted {
    std::string scene, words;
    std::vector<std::string> lines;
    Valuation values;
    std::uint32_t at = 0; ///< the instruction at which the code did what no kernel may do; 0 if it did not
};

/// The ends of one run of the code, for comparing two images.
struct RunRecord {
    std::string what;
    std::vector<Path> paths;
};

/// What a judge of mutants wants to know of one run of a body: which of its aspects are refuted, and how the
/// runs of the code have ended, for comparing them with those of another image. Nothing is replayed.
struct Judgement {
    bool first_is_enough = true;
    std::shared_ptr<z3::context> z3;       ///< one, for runs that are to be compared; the first run makes it
    std::map<Aspect, std::string> refuted; ///< with the reason in a line
    std::vector<RunRecord> runs;
};
/// Thrown where the first refutation is enough.
struct Judged {};

using MachineBody = std::function<void(MachineProof&)>;

class MachineProof {
  public:
    MachineProof(const Setting& setting, const std::string& name, Aspect aspect = Aspect::all,
                 const Refuted* replay = nullptr);

    /// Notes what it finds there.
    MachineProof(const Setting& setting, Judgement& judgement);

    /// A new scene. Titles are different within a theorem.
    Scene& scene(const std::string& title);
    [[nodiscard]] const Image& image() const { return *setting_.image; }
    [[nodiscard]] const Layouts& layouts() const { return *setting_.layouts; }
    [[nodiscard]] const Setting& setting() const { return setting_; }
    [[nodiscard]] bool replaying() const { return replay_ != nullptr; }
    Solver& solver() { return solver_; }
    [[nodiscard]] z3::context& z3() { return *z3_; }
    [[nodiscard]] const Decoder& decoder() const { return decoder_; }

    /// A fact that concerns no path (the table in the image, what was read of it).
    void check(const std::string& words, bool holds);
    void log(const std::string& line) { report_.log.push_back(line); }
    void assumption(const std::string& words);
    /// Bytes that the theorem read besides those it executed.
    void touched(std::uint32_t address, std::uint32_t size);

    /// What has been found out so far; complete after the body has ended.
    [[nodiscard]] TheoremReport report();

  private:
    friend class Scene;
    /// What Z3 has answered "unsat" to: written down for a second opinion.
    void obligation(const std::string& words, const std::vector<z3::expr>& conditions,
                    const z3::expr& negated);

    const Setting& setting_;
    Aspect aspect_;
    const Refuted* replay_ = nullptr;
    Judgement* judgement_ = nullptr;
    std::shared_ptr<z3::context> z3_;
    Solver solver_;
    Decoder decoder_;
    std::vector<std::unique_ptr<Scene>> scenes_;
    TheoremReport report_;
    Obligations obligations_;
};

} // namespace forkproof::proofs
