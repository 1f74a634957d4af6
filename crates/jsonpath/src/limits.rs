//! The ceilings that keep hostile documents and paths from taking time or memory.

/// The deepest nesting that Jayway's JSON reader accepts; no limit here goes above it, which is
/// what makes it safe to walk and to drop every value recursively.
pub(crate) const DEEPEST: usize = 400;

/// The longest path text in bytes.
pub(crate) const PATH_BYTES: usize = 4096;

/// The most steps (`.name`, `[0]`, `..`) one path may have.
pub(crate) const PATH_STEPS: usize = 200;

/// How deep filters, parentheses and function arguments may nest inside a path.
pub(crate) const PATH_NESTING: usize = 24;

/// What reading a document and evaluating a path may cost at the most.
///
/// The limits travel with the [`Document`](crate::Document): every path read from it keeps to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest document in bytes (at most 2 GiB whatever is written here).
    pub input_bytes: usize,
    /// The deepest nesting of arrays and objects, 1 to 400 (Jayway's own limit is 400).
    pub depth: usize,
    /// The most values one path may select.
    pub results: usize,
    /// The most steps of work for one read: nodes visited, comparisons made, bytes copied / 16.
    pub work: u64,
    /// The most memory in bytes that the values made by one read may take.
    pub output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            input_bytes: 16 << 20,
            depth: DEEPEST,
            results: 1_000_000,
            work: 20_000_000,
            output_bytes: 128 << 20,
        }
    }
}

impl Limits {
    pub(crate) fn depth(&self) -> usize {
        self.depth.min(DEEPEST)
    }

    pub(crate) fn input_bytes(&self) -> usize {
        self.input_bytes.min(i32::MAX as usize)
    }
}
