//! What is kept is found, damage is found, room is made.

use super::*;

fn pcm(seed: i16, length: usize) -> Pcm {
    Pcm { rate_hz: 16_000, samples: vec![seed; length].into() }
}

fn key(number: usize) -> Key {
    Key::new(&[b"test", &number.to_le_bytes()])
}

fn size_of(dir: &Path) -> u64 {
    let folders = fs::read_dir(dir).unwrap().map(|it| it.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn what_is_kept_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(dir.path().join("new/cache"), 1 << 20);
    assert_eq!(cache.get(&key(1)).unwrap(), None);
    cache.put(&key(1), &pcm(5, 100)).unwrap();
    cache.put(&key(2), &pcm(6, 100)).unwrap();
    assert_eq!(cache.get(&key(1)).unwrap(), Some(pcm(5, 100)));
    assert_eq!(cache.get(&key(2)).unwrap(), Some(pcm(6, 100)));
    let again = Cache::new(dir.path().join("new/cache"), 1 << 20);
    assert_eq!(again.get(&key(2)).unwrap(), Some(pcm(6, 100)));
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(dir.path().join("c"), 1 << 20);
    cache.put(&key(1), &pcm(5, 100)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!((mode(&dir.path().join("c")), mode(&cache.path(&key(1)))), (0, 0));
}

#[test]
fn keys_do_not_run_together() {
    assert_ne!(Key::new(&[b"ab", b"c"]), Key::new(&[b"a", b"bc"]));
    assert_ne!(Key::new(&[b"a"]), Key::new(&[b"a", b""]));
    assert_eq!(Key::new(&[b"a", b"b"]), Key::new(&[b"a", b"b"]));
}

#[test]
fn every_damaged_byte_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::new(dir.path(), 1 << 20);
    let good = encode(&key(1), &pcm(5, 8));
    let path = cache.path(&key(1));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let is_damaged = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let damaged = matches!(cache.get(&key(1)), Err(CacheError::Damaged { .. }));
        damaged && !path.exists() && cache.get(&key(1)).unwrap().is_none()
    };
    for at in 0..good.len() {
        let mut broken = good.clone();
        broken[at] ^= 0x40;
        assert!(is_damaged(&broken), "{at}");
        assert!(is_damaged(&good[..at]), "cut at {at}");
    }
    assert!(is_damaged(&[&good[..], &[0]].concat()));
    let other = encode(&key(2), &pcm(5, 8));
    assert!(is_damaged(&other), "another prompt under this name");
}

#[test]
fn the_longest_unused_go_first() {
    let dir = tempfile::tempdir().unwrap();
    let one = encode(&key(0), &pcm(0, 1_000)).len() as u64;
    let cache = Cache::new(dir.path(), one * 10 + 5);
    for number in 0..10 {
        cache.put(&key(number), &pcm(1, 1_000)).unwrap();
        let used = SystemTime::now() - Duration::from_secs(1_000 - number as u64);
        let file = File::options().append(true).open(cache.path(&key(number))).unwrap();
        file.set_modified(used).unwrap();
    }
    // Used again, so number 1 goes next.
    assert!(cache.get(&key(0)).unwrap().is_some());
    cache.put(&key(10), &pcm(1, 1_000)).unwrap();
    assert!(size_of(dir.path()) <= one * 10);
    assert!(cache.get(&key(0)).unwrap().is_some());
    assert!(cache.get(&key(1)).unwrap().is_none());
    assert!(cache.get(&key(9)).unwrap().is_some() && cache.get(&key(10)).unwrap().is_some());
    cache.put(&key(11), &pcm(1, 10_000)).unwrap();
    assert!(cache.get(&key(11)).unwrap().is_none(), "larger than the cache");
}

#[test]
fn leftovers_are_removed_and_strangers_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("ab");
    fs::create_dir_all(&folder).unwrap();
    for name in [".new-old", ".new-young", "notes.txt"] {
        fs::write(folder.join(name), "x").unwrap();
    }
    for name in [".new-old", "notes.txt"] {
        let file = File::options().append(true).open(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - STALE * 2).unwrap();
    }
    Cache::new(dir.path(), 1 << 20).put(&key(1), &pcm(1, 10)).unwrap();
    let there = [".new-old", ".new-young", "notes.txt"].map(|name| folder.join(name).exists());
    assert_eq!(there, [false, true, true]);
}

#[test]
fn two_users_of_one_folder_never_get_a_wrong_prompt() {
    let dir = tempfile::tempdir().unwrap();
    let one = encode(&key(0), &pcm(0, 500)).len() as u64;
    let work = |cache: Cache| {
        for round in 0..400usize {
            let number = round * 7 % 60;
            match cache.get(&key(number)) {
                Ok(Some(found)) => assert_eq!(found, pcm(number as i16, 500)),
                Ok(None) => cache.put(&key(number), &pcm(number as i16, 500)).unwrap(),
                Err(error) => panic!("{error}"),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let cache = Cache::new(dir.path(), one * 30);
            scope.spawn(move || work(cache));
        }
    });
    assert!(size_of(dir.path()) <= one * 30 * 2);
}

#[test]
fn a_folder_that_cannot_be_is_said() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let cache = Cache::new(dir.path().join("file/cache"), 1 << 20);
    assert!(matches!(cache.put(&key(1), &pcm(1, 10)), Err(CacheError::Io { .. })));
    assert!(cache.get(&key(1)).is_err());
}
