// One macro, in one place: what stands before a function that the prover treats as a unit with a contract
// (steps, allocator entry points, verdict, publish). g++ would otherwise inline it, clone it for a constant
// argument, or let a caller rely on which registers it happens to leave alone; then the contract would hold
// of no code at all.
#pragma once

#define FORKPROOF_BOUNDARY [[gnu::noipa]]
