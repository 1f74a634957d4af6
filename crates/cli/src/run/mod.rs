//! Running a world in the program: real requests, the printed trace, the journal, a terminal.

pub(crate) mod interactive;
pub(crate) mod journal;
pub(crate) mod output;
pub(crate) mod printer;
pub(crate) mod recovery;
pub(crate) mod shell;
pub(crate) mod text;
pub(crate) mod writer;
