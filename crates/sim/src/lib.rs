//! Virtual time, scripted callers, agents and HTTP answers.
