//! What an agent's desktop shows and asks for: the words between server and pages.
