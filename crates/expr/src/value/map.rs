//! Maps with the order of Java's `LinkedHashMap` (what a context holds) and of its `HashMap` (what
//! map literals and `merge` make).

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Extent, List, Value};

/// Up to this many entries are searched one by one, by their tags.
const LINEAR: usize = 32;

/// A map. Keys may be any value; those from JSON are text.
#[derive(Debug, Clone, Default)]
pub struct Map {
    entries: Vec<(Value<'static>, Value<'static>)>,
    /// One for each entry: see [`tag`].
    tags: Vec<u32>,
    /// Of all that was ever put in.
    contents: Extent,
    /// For more entries than are searched one by one.
    index: Option<Box<Index>>,
}

#[derive(Debug, Clone, Default)]
struct Index {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Index {
    fn hash_key(&self, key: &Value<'_>) -> u64 {
        rehash(&self.hasher, key)
    }
}

/// The tag of keys that are not text. It is odd, and the tags of text are even.
const NOT_TEXT: u32 = 1;

/// Length, first, middle and last byte of a text: enough to tell most names apart, and quicker to
/// compute and to search for than a hash.
#[inline]
fn tag(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let byte = |at: usize| u32::from(bytes.get(at).copied().unwrap_or(0));
    let length = bytes.len();
    #[allow(clippy::cast_possible_truncation)] // a part of the length is enough
    let length_bits = (length as u32) << 1;
    length_bits ^ byte(0) << 8 ^ byte(length / 2) << 16 ^ byte(length.wrapping_sub(1)) << 24
}

fn tag_of(key: &Value<'_>) -> u32 {
    match key {
        Value::Str(text) => tag(text),
        _ => NOT_TEXT,
    }
}

impl Map {
    /// An empty map that keeps the order of insertion.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A map in the order in which Java's `HashMap`, created with room for `capacity`, would walk
    /// over these entries: by bucket, and within a bucket in the order of insertion.
    #[must_use]
    pub fn in_bucket_order(
        entries: impl IntoIterator<Item = (Value<'static>, Value<'static>)>,
        capacity: usize,
    ) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        let mut buckets = capacity.max(1).next_power_of_two();
        while map.len() > buckets / 4 * 3 + buckets % 4 * 3 / 4 {
            buckets *= 2;
        }
        let mask = u32::try_from(buckets - 1).unwrap_or(u32::MAX);
        let mut entries = std::mem::take(&mut map.entries);
        entries.sort_by_cached_key(|(key, _)| spread(java_hash(key)) & mask);
        map.entries = entries;
        map.rebuild();
        map
    }

    pub(crate) fn extent(&self) -> Extent {
        self.contents.enclosed()
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Value<'static>, Value<'static>)> {
        self.entries.iter()
    }

    /// Sets the value of a key; a key that is there keeps its place.
    pub fn insert(&mut self, key: Value<'static>, value: Value<'static>) {
        self.contents = self.contents.beside(Extent::of(&key)).beside(Extent::of(&value));
        if let Some(at) = self.find(&key) {
            self.entries[at].1 = value;
            return;
        }
        self.tags.push(tag_of(&key));
        self.entries.push((key, value));
        if self.entries.len() == LINEAR + 1 {
            self.rebuild();
        } else if let Some(index) = &mut self.index {
            let at = self.entries.len() - 1;
            let hash = index.hash_key(&self.entries[at].0);
            let Index { table, hasher } = &mut **index;
            add(table, hash, at, |at| rehash(hasher, &self.entries[at].0));
        }
    }

    /// The value of a text key.
    #[must_use]
    #[inline]
    pub fn get_str(&self, name: &str) -> Option<&Value<'static>> {
        if self.index.is_some() {
            return self.get_indexed(name);
        }
        let wanted = tag(name);
        for (tag, (key, value)) in self.tags.iter().zip(&self.entries) {
            if *tag == wanted && is_text(key, name) {
                return Some(value);
            }
        }
        None
    }

    fn get_indexed(&self, name: &str) -> Option<&Value<'static>> {
        let index = self.index.as_ref()?;
        let hash = index.hasher.hash_one(name);
        let found = index.table.find(hash, |&at| {
            self.entries.get(at as usize).is_some_and(|(key, _)| is_text(key, name))
        })?;
        self.entries.get(*found as usize).map(|(_, value)| value)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &Value<'_>) -> Option<&Value<'static>> {
        match key {
            Value::Str(name) => self.get_str(name),
            other => self.find(other).map(|at| &self.entries[at].1),
        }
    }

    fn find(&self, key: &Value<'_>) -> Option<usize> {
        match &self.index {
            None => {
                let wanted = tag_of(key);
                let same = |at: &usize| self.tags[*at] == wanted && self.entries[*at].0 == *key;
                (0..self.entries.len()).find(same)
            }
            Some(index) => index
                .table
                .find(index.hash_key(key), |&at| self.entries[at as usize].0 == *key)
                .map(|&at| at as usize),
        }
    }

    fn rebuild(&mut self) {
        self.index = None;
        self.tags = self.entries.iter().map(|(key, _)| tag_of(key)).collect();
        if self.entries.len() <= LINEAR {
            return;
        }
        let mut index = Box::<Index>::default();
        for at in 0..self.entries.len() {
            let hash = index.hash_key(&self.entries[at].0);
            let Index { table, hasher } = &mut *index;
            add(table, hash, at, |at| rehash(hasher, &self.entries[at].0));
        }
        self.index = Some(index);
    }
}

fn add(table: &mut HashTable<u32>, hash: u64, at: usize, rehash: impl Fn(usize) -> u64) {
    let at = u32::try_from(at).expect("a map has far fewer than 2^32 entries");
    table.insert_unique(hash, at, |&at| rehash(at as usize));
}

fn rehash(hasher: &DefaultHashBuilder, key: &Value<'_>) -> u64 {
    match key {
        Value::Str(text) => hasher.hash_one(&**text),
        other => hasher.hash_one(java_hash(other)),
    }
}

#[inline]
fn is_text(key: &Value<'_>, name: &str) -> bool {
    matches!(key, Value::Str(text) if same_text(text.as_bytes(), name.as_bytes()))
}

/// Whether two texts are equal. Names are short: comparing a few words beats calling a function.
#[inline]
fn same_text(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some((a1, _)), Some((b1, _))) = (a.split_first_chunk::<8>(), b.split_first_chunk()) {
        return a.len() <= 16 && a1 == b1 && a.last_chunk::<8>() == b.last_chunk()
            || a.len() > 16 && a == b;
    }
    if let (Some((a1, _)), Some((b1, _))) = (a.split_first_chunk::<4>(), b.split_first_chunk()) {
        return a1 == b1 && a.last_chunk::<4>() == b.last_chunk();
    }
    a.iter().zip(b).all(|(a, b)| a == b)
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, value)| other.get(key).is_some_and(|found| found == value))
    }
}

/// The high bits are mixed into the low ones, as `HashMap` does before it picks a bucket.
fn spread(hash: i32) -> u32 {
    let hash = hash.cast_unsigned();
    hash ^ (hash >> 16)
}

/// Java's `hashCode` of a value.
pub(crate) fn java_hash(value: &Value<'_>) -> i32 {
    match value {
        Value::Null => 0,
        Value::Bool(true) => 1231,
        Value::Bool(false) => 1237,
        Value::Int(value) => *value,
        Value::Long(value) | Value::Time(value) => fold(value.cast_unsigned()),
        Value::Double(value) => fold(value.to_bits()),
        Value::Char(value) => (*value as u32).cast_signed(),
        Value::Str(text) => text_hash(text),
        Value::Big(text) | Value::Safe(text) => text_hash(text),
        Value::List(list) => list_hash(list),
        Value::Map(map) => map.iter().fold(0, |sum, pair| sum.wrapping_add(pair_hash(pair))),
        Value::Entry(entry) => pair_hash(entry),
        Value::Object(object) => text_hash(&object.describe()),
    }
}

fn pair_hash((key, value): &(Value<'static>, Value<'static>)) -> i32 {
    java_hash(key) ^ java_hash(value)
}

fn list_hash(list: &List) -> i32 {
    list.items().iter().fold(1, |sum: i32, item| sum.wrapping_mul(31).wrapping_add(java_hash(item)))
}

#[allow(clippy::cast_possible_truncation)] // the upper half was folded in
fn fold(bits: u64) -> i32 {
    ((bits ^ (bits >> 32)) as u32).cast_signed()
}

fn text_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(keys: &[&'static str]) -> Vec<String> {
        let capacity = (keys.len() * 4).div_ceil(3);
        let entries = keys.iter().map(|&key| (Value::from(key), Value::Null));
        let map = Map::in_bucket_order(entries, capacity);
        map.iter().map(|(key, _)| key.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn literals_are_walked_in_bucket_order() {
        assert_eq!(literal(&["z", "y", "x"]), ["x", "y", "z"]);
        assert_eq!(literal(&["k10", "k9"]), ["k9", "k10"]);
    }

    #[test]
    fn hashes_are_javas() {
        assert_eq!(java_hash(&Value::from("ada lovelace")), -1_107_851_189);
    }

    #[test]
    fn large_maps_find_their_keys() {
        let mut map = Map::new();
        for n in 0..1000 {
            map.insert(Value::from(format!("key{n}")), Value::Int(n));
        }
        map.insert(Value::from("key5"), Value::Int(-5));
        assert_eq!(map.len(), 1000);
        assert_eq!(map.get_str("key5"), Some(&Value::Int(-5)));
        assert_eq!(map.get_str("key999"), Some(&Value::Int(999)));
        assert_eq!(map.get_str("nope"), None);
        assert_eq!(map.iter().nth(5).unwrap().1, Value::Int(-5));
    }
}
