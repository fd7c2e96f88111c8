// Names as people say them: without the project's namespace, without arguments.
#pragma once
#include <string>
#include <string_view>

namespace forkproof::proofs {

/// A demangled or written C++ name without "forkproof::" and "(anonymous namespace)::".
std::string without_namespaces(std::string_view name);

/// "Text, int" out of "_ZN9forkproof5printENS_4TextEi" is kept: "print(Text, int)". A name that is not
/// mangled stays as it is.
std::string name_with_arguments(const std::string& symbol);

/// The same without arguments, and without the result that a template's name begins with: "print",
/// "take_census::{lambda#2}::_FUN". What the compiler cut off or rewrote keeps its suffix: "put_mm.part.0".
std::string name_without_arguments(std::string_view with_arguments);

} // namespace forkproof::proofs
