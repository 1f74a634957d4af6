//! A seeded source of documents and of damage to them.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

/// A small generator of numbers (xorshift64*): the same seed gives the same run.
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const NAMES: [&str; 10] = ["a", "b", "c", "a b", "", "records", "Id", "é", r"\u0061", "x\u{7f}\\n"];

const SCALARS: [&str; 26] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "7",
    "-12",
    "1.50",
    "1e3",
    "1E400",
    "-0.0",
    "2147483648",
    "12345678901234567890",
    "0.1234567890123456789",
    "1e99999999999999999999",
    "\"\"",
    "\"x\"",
    "\"001A\"",
    r#""\u00e9\n\"q\"""#,
    r#""\ud83d\ude00""#,
    r#""\ud83d""#,
    "\"\u{7f}\"",
    "\"\u{7f}\\t\"",
    "\"[1]\"",
    "\"$.a\"",
    "\"日本語のながいもじれつ\"",
];

/// What damage puts into a document.
const DAMAGE: [&str; 24] = [
    "\"", "'", "\\", "{", "}", "[", "]", ":", ",", " ", "\u{1a}", "\u{0}", "\n", "\u{b}", "0", "-",
    ".", "e", "é", "n", "\\u12", "NaN", "~", "\u{7f}",
];

/// A strict JSON document: an array or object of up to `depth` levels, blanks and repeated names in
/// it.
pub fn document(seeded: &mut Seeded, depth: usize) -> String {
    let mut out = String::new();
    container(seeded, depth, &mut out);
    out
}

fn blank(seeded: &mut Seeded, out: &mut String) {
    out.push_str(seeded.pick(&["", "", "", "", " ", "\n\t", "\r\n  "]));
}

fn value(seeded: &mut Seeded, depth: usize, out: &mut String) {
    if depth == 0 || seeded.below(3) > 0 {
        out.push_str(seeded.pick(&SCALARS));
    } else {
        container(seeded, depth, out);
    }
}

fn container(seeded: &mut Seeded, depth: usize, out: &mut String) {
    let object = seeded.below(2) == 0;
    blank(seeded, out);
    out.push(if object { '{' } else { '[' });
    for place in 0..seeded.below(6) {
        out.push_str(if place == 0 { "" } else { "," });
        blank(seeded, out);
        if object {
            let name = seeded.pick(&NAMES);
            out.push_str(&format!("\"{name}\""));
            blank(seeded, out);
            out.push(':');
            blank(seeded, out);
        }
        value(seeded, depth.saturating_sub(1), out);
        blank(seeded, out);
    }
    out.push(if object { '}' } else { ']' });
}

/// The text with up to three pieces taken out, put in or doubled.
pub fn damaged(seeded: &mut Seeded, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=seeded.below(3) {
        let at = seeded.below(chars.len() + 1);
        match seeded.below(4) {
            0 if at < chars.len() => drop(chars.remove(at)),
            1 => chars.truncate(at),
            _ => {
                let piece: Vec<char> = seeded.pick(&DAMAGE).chars().collect();
                chars.splice(at..at, piece);
            }
        }
    }
    chars.into_iter().collect()
}
