// refinement/...: what the model's clone says of the child is what theorems about the machine code prove of
// the bytes. Where both can be had as one relation, Z3 compares them for every call that the rules accept;
// for every other field the theorem of the machine code is named, and it is said in words what is left to the
// reader. A field without a row, and a row whose theorem does not exist, is an error.
#pragma once
#include "proofs/induction/scene.hpp"

namespace forkproof::proofs::induction {

/// How a field of the model is tied to the machine code.
struct Tie {
    std::string field;    ///< of State, as first_state.hpp names it
    std::string theorems; ///< of the machine code, separated by blanks; "" where there can be none
    std::string gap;      ///< what is left to the reader; "" if a refinement theorem compares the relations
};
const std::vector<Tie>& ties();

/// What is wrong with the rows: a field of the model that none has, a field or a theorem that does not exist.
std::vector<std::string> faults_in(const std::vector<Tie>& rows, const std::vector<std::string>& fields,
                                   const std::vector<std::string>& theorems);

/// A task that is neither the caller nor the child is as before; the log lists the gaps.
TheoremReport changes_no_other_task(Scene& scene);
/// A pointer of the child's: the row of the sharing table as the machine's theorems read it. `scene` is
/// clone's.
TheoremReport refines_row(Scene& scene, const std::string& kind);
/// exit_signal, exit_signal_chooser, parent and leader: what publish/lists proves.
TheoremReport refines_publish(Scene& scene, const std::string& field);

} // namespace forkproof::proofs::induction

namespace forkproof::proofs {
std::vector<Theorem> refinement_theorems();
}
