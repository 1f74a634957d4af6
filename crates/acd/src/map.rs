//! A hash map without a random seed: the same inputs give the same state on every machine.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

/// Never iterated, so its order decides nothing. Its keys are ids that the tenant or Trunkline
/// itself chose, not callers.
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;
