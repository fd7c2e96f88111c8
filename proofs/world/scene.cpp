#include "proofs/world/scene.hpp"
#include "proofs/world/plain_model.hpp"
#include "proofs/world/telling.hpp"
#include <algorithm>
#include <fmt/core.h>

namespace forkproof::proofs {

namespace {

/// Where a mutant that runs in circles is given up: no path of the kernel as it is has a quarter as many.
constexpr unsigned STEPS_OF_A_MUTANT = 40'000;
/// The caller's kernel stack: the second slot of the stack area (kernel/mm/stack.cpp), two pages below its
/// top.
constexpr std::uint32_t STACK_TOP = 0xf8008000, STACK_SIZE = 0x2000;
/// What the entry code and the calls above the function have used of it.
constexpr std::uint32_t USED_OF_STACK = 0x400;
constexpr std::uint16_t KERNEL_CS = 0x08, KERNEL_DS = 0x10;
/// What a number is below, if possible, where one is told: a count that one imagines, an errno with a name.
constexpr std::uint64_t SMALL = 35;
} // namespace

Scene::Scene(MachineProof& proof, std::string title, bool active)
    : proof_(proof), title_(std::move(title)), active_(active),
      world_(std::make_shared<World>(proof.z3(), proof.image(), proof.layouts(),
                                     proof.replay_ ? &proof.replay_->values : nullptr)),
      executor_(proof.decoder(), proof.solver()) {
    executor_.limits.first_violation_ends = proof.judgement_ && proof.judgement_->first_is_enough;
    if (executor_.limits.first_violation_ends) executor_.limits.steps = STEPS_OF_A_MUTANT;
    world_->bytes(STACK_TOP - STACK_SIZE, STACK_SIZE, "stack");
}

void Scene::assume(const std::string& words, const Truth& fact) {
    if (!words.empty()) proof_.assumption(words);
    if (fact.known() && fact.value()) return;
    assumed_.push_back(fact.expr(proof_.z3()));
    satisfiable_asked_ = false;
}

void Scene::contract(const std::string& function, Contract contract) {
    proof_.report_.functions.push_back(function);
    executor_.contract(proof_.image().function(function).address, std::move(contract));
}

void Scene::show(const std::string& name, const Word& word, bool as_flags) {
    shown_.push_back({name, word, as_flags});
}

State Scene::start() {
    if (active_ && !satisfiable_asked_) {
        satisfiable_asked_ = true;
        if (!proof_.solver().satisfiable(assumed_) && !proof_.replaying())
            throw NotProved{Outcome::vacuous, {"nothing satisfies the assumptions of the scene: " + title_}};
    }
    State s(proof_.z3(), Memory(world_));
    for (const z3::expr& fact : assumed_) s.assume(fact);
    s.set(Reg::esp, word32(STACK_TOP - USED_OF_STACK));
    s.set(Reg::ebx, world_->any("ebx"));
    s.set(Reg::esi, world_->any("esi"));
    s.set(Reg::edi, world_->any("edi"));
    s.set(Reg::ebp, world_->any("ebp"));
    s.set(Reg::eax, world_->any("eax"));
    s.set(Reg::ecx, world_->any("ecx"));
    s.set(Reg::edx, world_->any("edx"));
    for (const Seg seg : {Seg::ds, Seg::es, Seg::ss}) s.set(seg, Word(16, KERNEL_DS));
    s.set(Seg::cs, Word(16, KERNEL_CS));
    s.flags.set(Flag::df, false);
    s.flags.set(Flag::interrupt, false);
    s.lowest_esp = 0xffffffff;
    return s;
}

State Scene::start_again(const State& after) {
    State s = after;
    const State fresh = start();
    s.set(Reg::esp, fresh.get(Reg::esp));
    s.steps = 0;
    return s;
}

std::vector<Path> Scene::call(const std::string& function, const std::vector<Word>& arguments) {
    return active_ ? call_from(start(), function, arguments) : std::vector<Path>{};
}

/// A path that ends in a violation refutes; the effects' theorem says so, the others pass it over.
std::vector<Path> Scene::ended(std::vector<Path> paths, const std::string& what) {
    proof_.report_.paths += static_cast<unsigned>(paths.size());
    if (proof_.judgement_) proof_.judgement_->runs.push_back({what, paths});
    for (const Path& path : paths)
        if (path.ending == Ending::violation && wanted()) refuted(path, path.why, false, 0, nullptr, nullptr);
    std::erase_if(paths, [](const Path& path) { return path.ending == Ending::violation; });
    return paths;
}

std::vector<Path> Scene::call_from(State from, const std::string& function,
                                   const std::vector<Word>& arguments) {
    if (!active_) return {};
    proof_.report_.functions.push_back(function);
    return ended(executor_.call(std::move(from), proof_.image().function(function).address, arguments),
                 function);
}

std::vector<Path> Scene::run(State from) {
    if (!active_) return {};
    return ended(executor_.run(std::move(from)), title_);
}

bool Scene::wanted() const {
    if (proof_.judgement_ && proof_.judgement_->refuted.contains(about_)) return false;
    return proof_.aspect_ == Aspect::all || proof_.aspect_ == about_;
}

void Scene::prove(const Path& path, const std::string& words, const Truth& claim) {
    if (!wanted() || (claim.known() && claim.value())) return;
    const z3::expr negated = (!claim).expr(proof_.z3());
    if (proof_.solver().satisfiable(path.state.conditions(), negated))
        return refuted(path, words, claim, 0, nullptr, nullptr);
    proof_.obligation(words, path.state.conditions(), negated);
}

void Scene::equal(const Path& path, const std::string& what, const Word& got, const Word& expected,
                  std::uint32_t address) {
    const Truth claim = eq(got, expected);
    if (!wanted() || (claim.known() && claim.value())) return;
    const z3::expr negated = (!claim).expr(proof_.z3());
    if (proof_.solver().satisfiable(path.state.conditions(), negated))
        return refuted(path, what, claim, address, &got, &expected);
    proof_.obligation(what, path.state.conditions(), negated);
}

bool Scene::possible(const Path& path, const Truth& condition) {
    try {
        return path.state.decide(condition); // what the path has decided before needs no solver
    } catch (const Fork&) {
        return proof_.solver().satisfiable(path.state.conditions(), condition.term());
    }
}

std::optional<Path> Scene::when(const Path& path, const Truth& condition) {
    try {
        if (!path.state.decide(condition)) return {};
    } catch (const Fork&) {
        if (!proof_.solver().may_be_satisfiable(path.state.conditions(), condition.term())) return {};
    }
    Path part = path;
    if (condition.known()) return part;
    part.state.assume(condition.term());
    const bool negated = condition.term().is_not();
    part.state.learn(negated ? condition.term().arg(0) : condition.term(), negated ? 0 : 1);
    return part;
}

std::vector<std::uint64_t> Scene::values(const Path& path, const Word& word) {
    if (word.known()) return {word.value()};
    constexpr std::size_t MANY = 64;
    std::vector<std::uint64_t> found;
    std::vector<z3::expr> conditions = path.state.conditions();
    while (proof_.solver().satisfiable(conditions)) {
        if (found.size() == MANY) throw CannotTell("a word has too many values to look at each");
        std::uint64_t value = 0;
        proof_.solver().model().eval(word.term(), true).is_numeral_u64(value);
        found.push_back(value);
        conditions.push_back(word.term() != proof_.z3().bv_val(value, word.width()));
    }
    return found;
}

bool Scene::is_live(const State& state, std::uint32_t address, const std::string& kind) const {
    if (const auto found = state.memory.blocks.find(address); found != state.memory.blocks.end())
        return found->second.kind == kind && state.decide(found->second.alive);
    const auto* region = world_->region_at(address);
    return region && region->first == address && region->second.kind == kind;
}

void Scene::covers(const std::string& words, const z3::expr& condition) {
    if (!wanted()) return;
    if (proof_.solver().satisfiable(assumed_, !condition))
        throw NotProved{Outcome::refuted, {"the paths do not cover " + words + " (" + title_ + ")"}};
    proof_.obligation(words, assumed_, !condition);
}

void Scene::reached(const std::string& words, const std::vector<Path>& paths,
                    const std::function<Truth(const Path&)>& condition) {
    if (proof_.replaying() || !wanted()) return;
    for (const Path& path : paths)
        if (possible(path, condition(path))) return;
    throw NotProved{Outcome::vacuous, {"no path reaches this: " + words + " (" + title_ + ")"}};
}

std::string Scene::name_of(const State& state, std::uint32_t address) const {
    if (const auto* found = state.memory.block_at(address); found && found->second.fresh) {
        const std::uint32_t offset = address - found->first;
        const std::string& type = found->second.type;
        return type.empty() ? fmt::format("{}[{:#x}]", found->second.name, offset)
                            : found->second.name + "->" + world_->layouts().name_at(type, offset);
    }
    return world_->name_of(address);
}

void Scene::refuted(const Path& path, const std::string& words, const Truth& claim, std::uint32_t address,
                    const Word* got, const Word* expected) {
    if (proof_.judgement_) {
        proof_.judgement_->refuted.emplace(about_, words);
        if (proof_.judgement_->first_is_enough) throw Judged{};
        return;
    }
    std::vector<Truth> small;
    if (expected) small.push_back(ult(*expected, Word(expected->width(), SMALL)));
    const z3::model model = plain_model(proof_.solver(), *world_, path.state.conditions(),
                                        (!claim).expr(proof_.z3()), shown_, small);
    Refuted r;
    r.scene = title_;
    r.words = words;
    r.values = values_of(model);
    if (path.ending == Ending::violation) r.at = path.state.ip;
    r.lines = tell(*this, path, words, address, got, expected, model, shown_);
    throw r;
}

// ---- MachineProof

namespace {
/// Instructions are what stands in executable sections.
Decoder decoder_of(const Image& image) {
    return Decoder([&image](std::uint32_t address) {
        const Section* section = image.section_at(address);
        return section && section->executable ? image.byte(address) : -1;
    });
}

/// A context is dear (Z3 fills some 17 MB for each): not before something runs.
const std::shared_ptr<z3::context>& context_of(Judgement& judgement) {
    if (!judgement.z3) judgement.z3 = std::make_shared<z3::context>();
    return judgement.z3;
}
} // namespace

MachineProof::MachineProof(const Setting& setting, const std::string& name, Aspect aspect,
                           const Refuted* replay)
    : setting_(setting), aspect_(aspect), replay_(replay), z3_(std::make_shared<z3::context>()),
      solver_(*z3_, setting.effort), decoder_(decoder_of(*setting.image)),
      obligations_(setting.smt_folder, name) {}

MachineProof::MachineProof(const Setting& setting, Judgement& judgement)
    : setting_(setting), aspect_(Aspect::all), judgement_(&judgement), z3_(context_of(judgement)),
      solver_(*z3_, setting.effort), decoder_(decoder_of(*setting.image)), obligations_("", "") {}

Scene& MachineProof::scene(const std::string& title) {
    const bool active = !replay_ || replay_->scene == title;
    scenes_.push_back(std::make_unique<Scene>(*this, title, active));
    return *scenes_.back();
}

void MachineProof::check(const std::string& words, bool holds) {
    if (!holds) throw NotProved{Outcome::refuted, {"does not hold: " + words}};
}

void MachineProof::assumption(const std::string& words) {
    for (const std::string& known : report_.assumptions)
        if (known == words) return;
    report_.assumptions.push_back(words);
}

void MachineProof::touched(std::uint32_t address, std::uint32_t size) {
    report_.touched.emplace_back(address, address + size);
}

void MachineProof::obligation(const std::string& words, const std::vector<z3::expr>& conditions,
                              const z3::expr& negated) {
    if (!obligations_.wanted() || replay_) return;
    z3::expr_vector facts(*z3_);
    for (const z3::expr& condition : conditions) facts.push_back(condition);
    facts.push_back(negated);
    obligations_.write(words, facts, z3::unsat);
}

TheoremReport MachineProof::report() {
    report_.queries = solver_.queries;
    for (const auto& scene : scenes_) {
        for (const std::uint32_t address : scene->executor().reached())
            report_.touched.emplace_back(address, address + decoder_.at(address).length);
        for (const std::uint32_t address : scene->world().read_of_image()) touched(address, 4);
    }
    std::sort(report_.functions.begin(), report_.functions.end());
    report_.functions.erase(std::unique(report_.functions.begin(), report_.functions.end()),
                            report_.functions.end());
    return report_;
}

} // namespace forkproof::proofs
