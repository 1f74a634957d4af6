//! A phone for tests, demos and the command line: dials, registers, answers, speaks, presses keys,
//! records.
